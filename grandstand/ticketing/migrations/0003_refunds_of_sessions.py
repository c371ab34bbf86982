import django.db.models.deletion
from django.db import migrations, models

import grandstand.kit.ids


class Migration(migrations.Migration):

    dependencies = [
        ('movement', '0001_initial'),
        ('ticketing', '0002_seat_plans'),
    ]

    operations = [
        migrations.CreateModel(
            name='SessionRefund',
            fields=[
                ('id', models.UUIDField(default=grandstand.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('cancelled_at', models.DateTimeField(verbose_name='cancelled at')),
                ('due_at', models.DateTimeField(verbose_name='refunded from')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended at')),
                ('refunded', models.PositiveIntegerField(default=0, verbose_name='orders refunded')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='movement.organisation', verbose_name='organisation')),
                ('sale', models.ForeignKey(db_column='session_id', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ticketing.sessionsale', verbose_name='session')),
            ],
            options={
                'verbose_name': 'refund of a session',
                'verbose_name_plural': 'refunds of sessions',
                'db_table': 'ticketing_session_refund',
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('sale',), name='ticketing_session_is_refunded_once_at_a_time'),
                    models.CheckConstraint(condition=models.Q(('due_at__gte', models.F('cancelled_at'))), name='ticketing_session_is_refunded_after_its_cancellation'),
                ],
            },
        ),
        migrations.CreateModel(
            name='OrderNotRefunded',
            fields=[
                ('id', models.UUIDField(default=grandstand.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('order_id', models.UUIDField(verbose_name='order')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='movement.organisation', verbose_name='organisation')),
                ('refund', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ticketing.sessionrefund')),
            ],
            options={
                'db_table': 'ticketing_order_not_refunded',
                'constraints': [models.UniqueConstraint(fields=('refund', 'order_id'), name='ticketing_order_fails_once_per_refund')],
            },
        ),
    ]
