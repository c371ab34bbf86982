from grandstand.store.api import Database, missing_walls, read, standing_walls


def test_walls(database: Database) -> None:
    with read() as tx:
        assert missing_walls(tx, standing_walls()) == []
