from django.db import migrations, models

from grandstand.store.api import LowerWall, RaiseWall, same_on_both_sides

# SQLite rebuilds the table, and refuses while a trigger of another table names it. As in 0001.
_SESSION_AND_VENUE = same_on_both_sides(
    name="games_session_and_its_venue_are_of_one_edition",
    table="games_session",
    columns=["venue_id", "edition_id"],
    target="games_venue",
    target_columns=["id", "edition_id"],
    say="use a row of the same edition",
)


class Migration(migrations.Migration):

    dependencies = [
        ('games', '0001_initial'),
    ]

    operations = [
        LowerWall(_SESSION_AND_VENUE),
        migrations.AddField(
            model_name='venue',
            name='zone_names',
            field=models.JSONField(blank=True, default=dict, verbose_name='zone in other languages'),
        ),
        RaiseWall(_SESSION_AND_VENUE),
    ]
