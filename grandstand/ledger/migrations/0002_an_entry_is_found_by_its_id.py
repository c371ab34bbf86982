"""The wall between a posting and its entry asks by the entry's id alone, and two indexes that nothing reads are gone.

As a composite foreign key, PostgreSQL checked it through whichever index it thought best when the connection met the empty table: the one that
begins with the organisation, which reads all entries of the organisation for each posting until the table is analysed for the first time. The
first minute of a new platform's first sale became slower with every order.
"""

import django.db.models.deletion
from django.db import migrations, models

from grandstand.store.walls import LowerWall, RaiseWall, refuse_row, same_on_both_sides

SETTLEMENT = refuse_row(
    name="ledger_settlement_of_a_pending_entry",
    table="ledger_settlement",
    events=["INSERT"],
    when="NOT EXISTS (SELECT 1 FROM ledger_entry WHERE id = NEW.entry_id AND pending)",
    say="only an entry that was made pending is settled",
)
"""Unchanged. SQLite rebuilds no table that a trigger of another one names."""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial"), ("movement", "0001_initial")]

    operations = [
        LowerWall(
            same_on_both_sides(
                name="ledger_posting_in_the_organisation_of_its_entry",
                table="ledger_posting",
                columns=["entry_id", "organisation_id"],
                target="ledger_entry",
                target_columns=["id", "organisation_id"],
                say="a posting belongs to an entry of its own organisation",
            )
        ),
        LowerWall(SETTLEMENT),
        migrations.RemoveConstraint(model_name="entry", name="ledger_entry_organisation"),
        migrations.AlterField(
            model_name="entry",
            name="organisation",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="movement.organisation",
                verbose_name="organisation",
            ),
        ),
        RaiseWall(SETTLEMENT),
        RaiseWall(
            refuse_row(
                name="ledger_posting_in_the_organisation_of_its_entry",
                table="ledger_posting",
                events=["INSERT"],
                when="(SELECT organisation_id FROM ledger_entry WHERE id = NEW.entry_id) IS DISTINCT FROM NEW.organisation_id",
                say="a posting belongs to an entry of its own organisation",
            )
        ),
    ]
