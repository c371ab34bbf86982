"""`grandstand doctor`: whether everything is as it must be."""

import typer

from grandstand.config.cli.frame import AsJson, app, command


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check stock, money, orders, walls and deliveries; exit 1 when something is wrong."""
    with command(as_json=as_json) as frame:
        from grandstand.config.doctor import look

        with frame.progress() as progress:
            task = progress.add_task("Checking", total=None)
            findings = look()
            progress.update(task, completed=1, total=1)
        healthy = all(finding.healthy for finding in findings)
        frame.answer = {
            "healthy": healthy,
            "checks": [{"name": finding.name, "healthy": finding.healthy, "detail": finding.detail} for finding in findings],
        }
        for finding in findings:
            frame.say(f"{'  well ' if finding.healthy else '  ILL  '} {finding.name}: {finding.detail}")
        frame.say("Healthy." if healthy else "Not healthy: each line marked ILL says what was found.")
    if not healthy:
        raise typer.Exit(1)
