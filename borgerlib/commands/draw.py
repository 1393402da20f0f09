"""The commands of a citizens' lottery, and of recruiting for it: parse, call, print."""

from __future__ import annotations

import secrets
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from typer import Argument, Option

from borgerlib.commands import console
from borgerlib.errors import ParameterError, unknown_name
from borgerlib.said import in_danish

if TYPE_CHECKING:
    import pandas as pd

    from borgerlib.contact.lottery.leximin import LotteryChances
    from borgerlib.contact.lottery.panels import PanelList
    from borgerlib.contact.recruitment import Recruitment, Rounds

app = typer.Typer(
    help="A citizens' lottery: quotas that hold, fair chances, a draw that anyone can check.",
    no_args_is_help=True,
    add_completion=False,
)
recruit_app = typer.Typer(
    help="How many to invite so that a panel fills.", no_args_is_help=True, add_completion=False
)
Folder = Annotated[Path, Argument(help="The published lottery.")]
Size = Annotated[int, Option(help="Number of seats.")]
Quotas = Annotated[
    Path | None, Option(help="Table or TOML with feature, value, min, max (people on the panel).")
]
MinAge = Annotated[int, Option(min=0, help="Lowest age, for the population's quotas.")]


@app.command()
def plan(
    people: Annotated[Path, Argument(help="Who may be drawn: a table (CSV, XLSX), a row a person.")],
    size: Size,
    ident: Annotated[str, Option("--id", help="Column that identifies each person.")] = "id",
    quotas: Quotas = None,
    population: Annotated[str, Option(help="Municipality whose population gives quotas (--by).")] = "",
    by: Annotated[
        list[str] | None,
        Option(help="Column=variable of the population: koen=sex, aldersgruppe=age. Repeatable."),
    ] = None,
    min_age: MinAge = 15,
    cap: Annotated[float | None, Option(help="Highest chance of anyone, as a multiple of the mean.")] = None,
    household: Annotated[str | None, Option(help="Column of households: at most one person of each.")] = None,
    seated: Annotated[Path | None, Option(help="Text file: ids of those who keep their seats.")] = None,
    withdrawn: Annotated[
        Path | None,
        Option(help="Text file with the ids, one a line, of those who can no longer be drawn."),
    ] = None,
    panels: Annotated[int, Option(help="Number of panels on the list; 1000 fits three dice.")] = 1000,
    seed: Annotated[int | None, Option(help="Decides the list. Default: random, and printed.")] = None,
    title: Annotated[str, Option(help="What is drawn; shown on the page.")] = "Borgersamling",
    out: Annotated[Path, Option(help="Folder to publish.")] = Path("lodtraekning"),
    private: Annotated[Path, Option(help="Folder for the municipality only: who has which code.")] = Path(
        "lodtraekning-fortrolig"
    ),
    dry_run: Annotated[bool, Option("--dry-run", help="Say what is possible; write nothing.")] = False,
) -> None:
    """Say whether the quotas can be met, show the chances, and publish a list of panels to draw from."""
    from borgerlib.contact.draw.people import pool_of, read_idents, read_people
    from borgerlib.contact.draw.publication import publish
    from borgerlib.contact.lottery.leximin import leximin_chances
    from borgerlib.contact.lottery.panels import list_panels, require_panels

    require_panels(panels)
    everybody = read_people(people, ident)
    wanted = _quotas(quotas, population, by or [], size, min_age)
    pool, left, seats = pool_of(
        everybody,
        wanted,
        size,
        read_idents(seated) if seated else [],
        withdrawn=read_idents(withdrawn) if withdrawn else [],
        household=household,
    )
    result = leximin_chances(pool, left, seats, cap=cap, household=household)
    console.out.print(f"Some panel keeps all {len(left)} quotas: {len(pool)} people, {seats} seats.")
    _print_chances(result)
    if dry_run:
        return
    seed = secrets.randbelow(2**31) if seed is None else seed
    listed = list_panels(result, panels=panels, seed=seed)
    _print_list(result, listed)
    published = publish(out, private, result, listed, title=title, day=date.today(), seed=seed, cap=cap)
    console.wrote(out)
    console.wrote(private)
    console.out.print(f"Fingerprint: [bold]{published.fingerprint}[/bold] (seed {seed})")
    console.out.print(f"Publish {escape(str(out))}, read the fingerprint aloud, throw the dice, then:")
    console.command("draw", "result", str(out), "--number", "NUMBER")


@app.command()
def result(
    folder: Folder,
    number: Annotated[int, Option(min=0, help="What the dice show: 0 to 999.")],
    withdrawn: Annotated[list[str] | None, Option(help="Code of one withdrawn since. Repeatable.")] = None,
) -> None:
    """Record the panel that the dice chose; a panel with somebody who has withdrawn falls out."""
    from borgerlib.contact.draw.check import draw

    published = draw(folder, number, withdrawn=withdrawn or ())
    console.out.print(f"Panel [bold]{number:03d}[/bold] is drawn:")
    console.data("\n".join(published.panels[number]))
    console.made(folder / "index.html")


@app.command()
def verify(
    folder: Folder,
    fingerprint: Annotated[str, Option(help="The fingerprint announced before the draw.")] = "",
) -> None:
    """Check that a published lottery is whole, that its chances are true and its page says the same."""
    from borgerlib.contact.draw.check import verify as check

    published = check(folder, fingerprint=fingerprint)
    about = published.about
    console.out.print(
        f"[green]Holds[/green]: {about.panels} panels of {about.size} from {about.people} people; "
        "every chance is the share of panels."
    )
    console.out.print(f"Fingerprint: [bold]{published.fingerprint}[/bold]")
    if published.notice:
        console.out.print(f"[yellow]{in_danish(published.notice)}[/yellow]")
    for number in published.fallen:
        console.out.print(f"Panel {number:03d} was thrown and fell out: somebody on it has withdrawn.")
    if published.withdrawn:
        console.out.print(f"Withdrawn: {', '.join(published.withdrawn)}")
    drawn = "Not drawn yet." if published.drawn is None else f"Drawn: panel {published.drawn:03d}."
    console.out.print(drawn)


@recruit_app.callback()
def recruit() -> None:
    """How many to invite so that a panel fills."""


@recruit_app.command("plan")
def recruit_plan(
    size: Size,
    rounds: Annotated[
        Path | None,
        Argument(help="Earlier rounds, a table: group, inviteret, tilmeldt, runde."),
    ] = None,
    register: Annotated[str, Option(help="Instead of a table: municipality with a register.")] = "",
    key_file: console.KeyFile = None,
    quotas: Quotas = None,
    population: Annotated[str, Option(help="Municipality whose population gives quotas.")] = "",
    by: Annotated[str, Option(help="The groups: age, sex or another variable.")] = "age",
    min_age: MinAge = 15,
    per_seat: Annotated[float, Option(min=1, max=100, help="How many should come per seat.")] = 1,
    chance: Annotated[float, Option(help="Wanted chance that every group fills, 0–1.")] = 0.95,
) -> None:
    """Say how many of each group to invite so that the panel fills with the wanted chance."""
    from borgerlib.contact.recruitment import plan_invitations, read_rounds, wanted_of

    if (rounds is None) == (not register):
        raise ParameterError(
            "Earlier rounds come from a table or from a register.",
            hint="For instance: borger recruit plan runder.csv --size 36 --population Odense; "
            "or borger recruit plan --register Odense --key-file ../noegle --size 36",
        )
    if rounds is None:
        read, found, living = _of_register(register, key_file, size, by)
        found = _quotas(quotas, "", [], size, min_age) if quotas else found
    else:
        read = read_rounds(rounds)
        found = _quotas(quotas, population, [f"{read.feature}={by}"] if population else [], size, min_age)
        living = _living(population, by, min_age)
    wanted = wanted_of(found, read.feature, size, per_seat=per_seat)
    _print_recruitment(plan_invitations(read, wanted, chance=chance, people=living), chance)


def _of_register(
    municipality: str, key_file: Path | None, size: int, by: str
) -> tuple[Rounds, pd.DataFrame, dict[str, float]]:
    """Return a register's rounds, quotas like the population's, and how many per group may be invited."""
    from borgerlib.contact.invitation.balance import UNTOLD, balance
    from borgerlib.contact.invitation.candidates import open_candidates
    from borgerlib.contact.recruitment import rounds_of
    from borgerlib.contact.register.store import opened
    from borgerlib.view.words.method import ROLE_WORDS

    with opened(municipality, key_file) as register:
        candidates = open_candidates(municipality, register, day=date.today())
        usual = balance(candidates, candidates.answers, size)
        features = {role: ROLE_WORDS[role] for role in ROLE_WORDS if ROLE_WORDS[role] in usual.people}
        if by not in features:
            raise ParameterError(unknown_name("variable", by, features))
        groups = usual.people[features[by]]
        read = rounds_of(register, groups[groups != UNTOLD])
    living = {str(group): float(count) for group, count in groups.value_counts().items()}
    return read, usual.quotas[usual.quotas["value"] != UNTOLD], living


def _living(municipality: str, by: str, min_age: int) -> dict[str, float]:
    import warnings

    from borgerlib.population.margins import PopulationDateWarning, population_margins

    if not municipality:
        return {}
    with warnings.catch_warnings():
        # The age of the counts has already been reported where the quotas were made from them.
        warnings.simplefilter("ignore", PopulationDateWarning)
        margin = population_margins(municipality, by=[by], min_age=min_age)[by]
    return {str(level): float(people) for level, people in margin.items()}


def _print_recruitment(plan: Recruitment, chance: float) -> None:
    import pandas as pd
    from rich.table import Table

    table = Table("Group", "Wanted", "Came before", "Rate of a round (95 %)", "Invite", "Expected", "Chance")
    for row in plan.groups.itertuples():
        invite = "not enough" if row.invite is pd.NA else f"{row.invite:,}"
        rate = f"{row.rate:.1%} ({row.lower:.1%}–{row.upper:.1%})"
        came = f"{row.came:,} of {row.invited:,}"
        table.add_row(
            str(row.Index), f"{row.wanted:,}", came, rate, invite, f"{row.expected:,.0f}", f"{row.chance:.1%}"
        )
    console.out.print(table)
    total = int(plan.groups["invite"].sum())
    short = plan.groups.index[plan.groups["invite"].isna()]
    if len(short):
        console.out.print(
            f"[bold yellow]Not enough[/bold yellow] live there to be {chance:.0%} sure: "
            f"{escape(', '.join(map(str, short)))}. Invite all of them, and raise their rate."
        )
    console.out.print(f"Invite {total:,}: all groups fill with a chance of {plan.chance:.1%}.")
    known = "Rounds differ by more than chance" if plan.variation else "Rounds differ by no more than chance"
    if plan.rounds < 2:
        known = "One round does not tell how rounds differ: the real uncertainty is larger"
    console.out.print(f"{known} (correlation within a round {plan.variation:.4f}).")


def _quotas(file: Path | None, municipality: str, by: list[str], size: int, min_age: int) -> pd.DataFrame:
    import pandas as pd

    from borgerlib.contact.draw.quotas import quotas_from_population, read_quotas

    if size < 1:
        raise ParameterError(f"size = {size}: a panel has one seat or more.", hint="For instance: --size 36")
    if bool(municipality) != bool(by) or not (file or municipality):
        raise ParameterError(
            "Quotas are given by --quotas, by --population with --by, or by both.",
            hint="For instance: --quotas kvoter.csv; or --population Odense --by koen=sex",
        )
    variables = {part.partition("=")[0]: part.partition("=")[2] or part for part in by}
    parts = [read_quotas(file)] if file else []
    if municipality:
        parts.append(quotas_from_population(municipality, size, by=variables, min_age=min_age))
    return pd.concat(parts, ignore_index=True)


def _print_chances(result: LotteryChances) -> None:
    from rich.table import Table

    mean = result.pool.size / len(result.chances)
    table = Table(
        "Chance", "Times the mean", "People", title=f"Chances (mean {mean:.1%}, gap {result.gap:.1e})"
    )
    counted = result.chances.round(6).value_counts().sort_index()
    for chance, people in zip(counted.index.to_numpy(dtype=float), counted, strict=True):
        table.add_row(f"{chance:.2%}", f"{chance / mean:.2f}", f"{people:,}")
    console.out.print(table)


def _print_list(result: LotteryChances, listed: PanelList) -> None:
    off = (listed.chances - result.chances).abs()
    console.out.print(
        f"{len(listed.members):,} panels listed; they move a chance by {off.mean():.3%} on average, "
        f"{off.max():.2%} at most."
    )
