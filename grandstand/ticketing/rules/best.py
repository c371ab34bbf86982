"""Best available: which seats a party gets that leaves the choice to us.

Seats of one group (a price category, or an account of it) that stand side by side make a run, kept as one whole number with a bit for each free
seat. For each size of party a heap has every run's best place for it; a run that changed is looked at again when the next party of that size
asks. So a choice costs a few operations on whole numbers, however large the plan.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import accumulate
from uuid import UUID

from grandstand.ticketing.rules.plans import distances_mm, is_for_accessible, neighbours, seats_of
from grandstand.ticketing.values.plans import Plan, PlanSeat

RESTRICTED_MM = 10_000_000
"""A seat with restricted view counts as so many thousandths of a unit further away: 10 km in metres, so every other seat is nearer."""

MOST_ROWS = 3
"""Of a party that is split: the row before and the row behind still talk to each other."""

type Group = Hashable
type Offer = tuple[bool, int, int, int]
"""A place for a party: whether it leaves a single seat over, how far it is in all, its run, its first seat in the run. The least is the best."""


@dataclass(slots=True, eq=False, kw_only=True)
class _Run:
    """Seats side by side. Bit n of `free` says that nobody has seat n. `row` is its section and row."""

    index: int
    group: Group
    row: tuple[int, int]
    seats: tuple[UUID, ...]
    far: tuple[int, ...]
    """How far the seats before each seat are in all, and at the end all of them."""
    free: int = 0
    nearest: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """For a size of party, where its places begin, the nearest first."""

    def best(self, size: int) -> Offer | None:
        """The best place for a party of `size`, None when no `size` free seats stand side by side."""
        free = self.free
        fits = free
        for n in range(1, size):
            fits &= free >> n
        if not fits:
            return None
        single_before = free << 1 & ~(free << 2)
        single_after = free >> size & ~(free >> size + 1)
        tidy = fits & ~(single_before | single_after)
        places = tidy or fits
        start = next(start for start in self.nearest.get(size) or self._ordered(size) if places >> start & 1)
        return not tidy, self.far[start + size] - self.far[start], self.index, start

    def _ordered(self, size: int) -> tuple[int, ...]:
        far = self.far
        self.nearest[size] = tuple(sorted(range(len(self.seats) - size + 1), key=lambda start: far[start + size] - far[start]))
        return self.nearest[size]


@dataclass(slots=True, kw_only=True)
class _Best:
    """Every run's best place for one size of party: `now` has them, `heap` has those and some that are out of date, `changed` is to be looked at."""

    size: int
    heap: list[Offer] = field(default_factory=list)
    now: dict[int, Offer] = field(default_factory=dict)
    changed: set[int] = field(default_factory=set)

    def look(self, runs: Sequence[_Run]) -> Offer | None:
        now = self.now
        for index in self.changed:
            offer = runs[index].best(self.size)
            if offer is None:
                now.pop(index, None)
            elif now.get(index) != offer:
                now[index] = offer
                heappush(self.heap, offer)
        self.changed.clear()
        if len(self.heap) > 4 * len(now) + 64:
            self.heap = list(now.values())
            heapify(self.heap)
        while self.heap and now.get(self.heap[0][2]) != self.heap[0]:
            heappop(self.heap)
        return self.heap[0] if self.heap else None


@dataclass(slots=True, eq=False, kw_only=True)
class _Spot:
    """An accessible place with the companions' seats beside it."""

    place: UUID
    companions: tuple[UUID, ...]
    row: tuple[int, int]
    far: int


type _Window = tuple[int, int, int, tuple[_Run, ...]]
"""Neighbouring rows: how far the nearest is, their section, the first of them, their runs."""

type _Part = tuple[_Run, int, int]
"""Seats side by side: their run, the first of them, how many."""


class Chooser:
    """Chooses seats in one plan, one party after the other; nobody gets a seat that an earlier party got, or that was taken.

    `group_of` names the group of each seat that can be chosen (by default its category); seats that it leaves out are never chosen. Parties that
    ask for no accessible place never get one, nor a companion's seat. For use by one thread at a time.
    """

    def __init__(self, plan: Plan, *, taken: Iterable[UUID] = (), group_of: Mapping[UUID, Group] | None = None) -> None:
        groups = {seat.id: seat.category for seat in seats_of(plan)} if group_of is None else group_of
        near = distances_mm(plan)
        far = {seat.id: near[seat.id] + RESTRICTED_MM * seat.has_restricted_view for seat in seats_of(plan)}
        self._runs: list[_Run] = []
        self._of_group: dict[Group, list[int]] = defaultdict(list)
        self._of_row: dict[tuple[Group, int], dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._place: dict[UUID, tuple[int, int]] = {}
        self._spots: dict[Group, list[_Spot]] = defaultdict(list)
        self._best: dict[Group, dict[int, _Best]] = defaultdict(dict)
        self._windows: dict[tuple[Group, int], list[_Window]] = {}
        self._hopeful: dict[Group, dict[tuple[int, int], list[_Window]]] = defaultdict(dict)
        self._accessible_free: set[UUID] = set()
        self._accessible: set[UUID] = set()
        for s, section in enumerate(plan.sections):
            for r, row in enumerate(neighbours(section)):
                for seats in row:
                    self._add(seats, (s, r), groups, far)
        for spots in self._spots.values():
            spots.sort(key=lambda spot: (spot.far, spot.row, spot.place))
        self._accessible_free |= self._accessible
        self.take(taken)

    # -- building ------------------------------------------------------------------------------------------------------------------------

    def _add(self, seats: Sequence[PlanSeat], row: tuple[int, int], groups: Mapping[UUID, Group], far: Mapping[UUID, int]) -> None:
        run: list[PlanSeat] = []
        for seat in seats:
            group = None if is_for_accessible(seat) else groups.get(seat.id)
            if run and (group is None or group != groups[run[-1].id]):
                self._add_run(run, row, groups, far)
                run = []
            if group is not None:
                run.append(seat)
        if run:
            self._add_run(run, row, groups, far)
        companions: dict[UUID, list[UUID]] = defaultdict(list)
        for seat in seats:
            if seat.companion_of is not None and seat.id in groups:
                companions[seat.companion_of].append(seat.id)
        for seat in seats:
            if seat.is_accessible and seat.id in groups:
                beside = tuple(companions[seat.id])
                self._spots[groups[seat.id]].append(_Spot(place=seat.id, companions=beside, row=row, far=far[seat.id]))
                self._accessible |= {seat.id, *beside}

    def _add_run(self, seats: Sequence[PlanSeat], row: tuple[int, int], groups: Mapping[UUID, Group], far: Mapping[UUID, int]) -> None:
        index, group = len(self._runs), groups[seats[0].id]
        run = _Run(
            index=index,
            group=group,
            row=row,
            seats=tuple(seat.id for seat in seats),
            far=tuple(accumulate((far[seat.id] for seat in seats), initial=0)),
            free=(1 << len(seats)) - 1,
        )
        self._runs.append(run)
        self._of_group[group].append(index)
        self._of_row[group, row[0]][row[1]].append(index)
        self._place |= {seat.id: (index, n) for n, seat in enumerate(seats)}

    def prepare(self, sizes: Iterable[int]) -> None:
        """Look at every run for parties of these sizes now, and not when the first of them asks."""
        for group in self._of_group:
            for size in sizes:
                self._best_of(group, size).look(self._runs)

    # -- what is free --------------------------------------------------------------------------------------------------------------------

    def take(self, seat_ids: Iterable[UUID]) -> None:
        """These seats are somebody's. Those that are already, or that are not to be chosen, change nothing."""
        for seat_id in seat_ids:
            self._accessible_free.discard(seat_id)
            if (place := self._place.get(seat_id)) is not None:
                index, n = place
                self._set(self._runs[index], self._runs[index].free & ~(1 << n))

    def free(self, seat_ids: Iterable[UUID]) -> None:
        """These seats are nobody's again."""
        for seat_id in seat_ids:
            if (place := self._place.get(seat_id)) is not None:
                index, n = place
                self._set(self._runs[index], self._runs[index].free | 1 << n)
                self._hope(self._runs[index])
            elif seat_id in self._accessible:
                self._accessible_free.add(seat_id)

    def _set(self, run: _Run, free: int) -> None:
        if free != run.free:
            run.free = free
            for best in self._best[run.group].values():
                best.changed.add(run.index)

    # -- choosing ------------------------------------------------------------------------------------------------------------------------

    def choose(self, size: int, group: Group, *, accessible: int = 0, may_split: bool = False) -> tuple[UUID, ...] | None:
        """The best seats for a party of `size`, which has them from now on; None when there are none for it.

        They stand side by side; those that leave no single seat over come first, then the nearest to the focal point. `accessible` of the party
        need an accessible place; the others get the companions' seats beside them, and a party with more than those gets None. With `may_split`
        a party for which nowhere enough seats stand side by side gets the fewest parts, in the fewest of at most MOST_ROWS
        neighbouring rows of one section.
        """
        if not 0 <= accessible <= size or size < 1:
            raise ValueError(f"a party of {size} with {accessible} accessible places is none")
        if accessible:
            return self._choose_spots(size, group, accessible, may_split=may_split)
        offer = self._best_of(group, size).look(self._runs)
        if offer is not None:
            _, _, index, start = offer
            run = self._runs[index]
            self._set(run, run.free & ~(((1 << size) - 1) << start))
            return run.seats[start : start + size]
        return self._choose_split(size, group) if may_split and size > 1 else None

    def _best_of(self, group: Group, size: int) -> _Best:
        of_group = self._best[group]
        if size not in of_group:
            of_group[size] = _Best(size=size, changed=set(self._of_group.get(group, ())))
        return of_group[size]

    def _choose_spots(self, size: int, group: Group, accessible: int, *, may_split: bool) -> tuple[UUID, ...] | None:
        """The nearest accessible places of one row with enough companions' seats, or of anywhere when the party may be split."""
        free = [spot for spot in self._spots.get(group, ()) if spot.place in self._accessible_free]
        rows: dict[tuple[int, int], list[_Spot]] = defaultdict(list)
        for spot in free:
            rows[spot.row].append(spot)
        found = [chosen for spots in rows.values() if (chosen := self._seated(spots, size, accessible)) is not None]
        best = min(found, key=lambda chosen: chosen[0], default=None) or (self._seated(free, size, accessible) if may_split else None)
        if best is None:
            return None
        self.take(best[1])
        return best[1]

    def _seated(self, spots: Sequence[_Spot], size: int, accessible: int) -> tuple[int, tuple[UUID, ...]] | None:
        """The nearest of these for the party, and how far they are in all. Places with more companions' seats are needed where it brings many."""
        beside = {spot.place: [id_ for id_ in spot.companions if id_ in self._accessible_free] for spot in spots}
        chosen = list(spots[:accessible])
        if len(chosen) < accessible or size - accessible > sum(len(beside[spot.place]) for spot in chosen):
            chosen = sorted(spots, key=lambda spot: (-len(beside[spot.place]), spot.far, spot.place))[:accessible]
        companions = [id_ for spot in chosen for id_ in beside[spot.place]]
        if len(chosen) < accessible or size - accessible > len(companions):
            return None
        # Each place's first companion before anybody's second.
        firsts = sorted(companions, key=lambda id_: next(beside[spot.place].index(id_) for spot in chosen if id_ in beside[spot.place]))
        return sum(spot.far for spot in chosen), (*(spot.place for spot in chosen), *firsts[: size - accessible])

    # -- splitting -----------------------------------------------------------------------------------------------------------------------

    def _choose_split(self, size: int, group: Group) -> tuple[UUID, ...] | None:
        """The fewest parts, then the fewest rows, then the nearest rows. Takes the longest gaps of the rows first."""
        best: list[_Part] | None = None
        for rows in range(1, MOST_ROWS + 1):
            if best is None or len(best) > 2:
                best = self._fewest_parts(size, group, rows, best)
        if best is None:
            return None
        seats = [id_ for run, start, count in best for id_ in run.seats[start : start + count]]
        self.take(seats)
        return tuple(seats)

    def _fewest_parts(self, size: int, group: Group, rows: int, best: list[_Part] | None) -> list[_Part] | None:
        """Better than `best`, in so many neighbouring rows; windows with too few free seats are not looked at again until one is freed there."""
        hopeful = self._hopeful[group]
        if (rows, size) not in hopeful:
            hopeful[rows, size] = list(self._windows_of(group, rows))
        hopeless = set()
        for n, (_, _, _, runs) in enumerate(hopeful[rows, size]):
            if sum([run.free.bit_count() for run in runs]) < size:
                hopeless.add(n)
                continue
            parts = _parts(size, runs)
            if best is None or len(parts) < len(best):
                best = parts
                if len(parts) == 2:
                    break
        if hopeless:
            hopeful[rows, size] = [window for n, window in enumerate(hopeful[rows, size]) if n not in hopeless]
        return best

    def _hope(self, run: _Run) -> None:
        """A seat of this run was freed: the windows around it may have enough again."""
        section, row = run.row
        for (rows, _), hopeful in self._hopeful[run.group].items():
            for window in self._windows_of(run.group, rows):
                if window[1] == section and window[2] <= row < window[2] + rows:
                    at = bisect_left(hopeful, window[:3], key=lambda other: other[:3])
                    if hopeful[at : at + 1] != [window]:
                        hopeful.insert(at, window)

    def _windows_of(self, group: Group, rows: int) -> list[_Window]:
        """Every so many neighbouring rows of a section, the nearest first."""
        if (group, rows) not in self._windows:
            windows = []
            for (of, section), of_row in self._of_row.items():
                if of == group:
                    near = {row: min(self._runs[index].far[1] for index in indexes) for row, indexes in of_row.items()}
                    firsts = range(min(of_row), max(max(of_row) - rows + 1, min(of_row)) + 1)
                    for first in firsts:
                        far = min(near.get(first + n, _NOWHERE) for n in range(rows))
                        runs = tuple(self._runs[index] for n in range(rows) for index in of_row.get(first + n, ()))
                        windows.append((far, section, first, runs))
            self._windows[group, rows] = sorted(windows, key=lambda window: window[:3])
        return self._windows[group, rows]


_NOWHERE = 1 << 62
"""How far a row without seats of the group is."""


def _parts(size: int, runs: Iterable[_Run]) -> list[_Part]:
    """The fewest parts that come to `size`: the longest gaps, the last of them as far as it is needed."""
    gaps = sorted([(-count, run.index, start, run) for run in runs for start, count in _gaps(run.free)])
    parts, left = [], size
    for count, _, start, run in gaps:
        parts.append((run, start, min(left, -count)))
        left += count
        if left <= 0:
            break
    return parts


def _gaps(free: int) -> Iterator[tuple[int, int]]:
    """Where free seats begin that stand side by side, and how many they are."""
    start = 0
    while free:
        skipped = (free & -free).bit_length() - 1
        free, start = free >> skipped, start + skipped
        count = (~free & free + 1).bit_length() - 1
        yield start, count
        free, start = free >> count, start + count
