"""The report of a municipality: the notebooks, run for it, as one folder of pages.

It has the ten insights of the leaders' survey and, if its citizens' survey has been prepared, their answers.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import nbformat

from borgerlib import danish, places
from borgerlib.danish import SIMULATED
from borgerlib.errors import ParameterError, RunError
from borgerlib.files.look import look_of, read_look
from borgerlib.files.temporary import owned_temporary_folder
from borgerlib.interest.prepared import is_prepared
from borgerlib.interest.survey import InterestSurvey, open_survey
from borgerlib.lokaldemokrati.insights.cases import load_cases
from borgerlib.lokaldemokrati.leaders import LeadersSurvey, open_leaders_survey
from borgerlib.lokaldemokrati.own_answers import keep_own_answers, kept_own_answers, load_own_answers
from borgerlib.lokaldemokrati.wave.microdata import find_wave
from borgerlib.population.municipalities import municipality as find_municipality
from borgerlib.population.table import population
from borgerlib.runs.kernels import for_pages
from borgerlib.runs.kernels.execute import NotebookJob, NotebookRun, run_notebooks
from borgerlib.runs.pages.overview_page import TITLE, keep_overview_in_step
from borgerlib.runs.planning.contents import (
    CITIZENS,
    COMPARED,
    COUNCIL,
    insight_notebooks,
    place_of,
    read_formats,
    report_notebooks,
)
from borgerlib.runs.reports.folder import make_room, write_report
from borgerlib.runs.warm import KernelSource
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import LEADERS

_PARAMETERS = {
    CITIZENS: ("municipality", "confidence", "min_cell"),
    COMPARED: ("municipality", "confidence", "min_cell"),
    COUNCIL: ("municipality", "survey", "confidence", "min_cell"),
}


def make_report(
    parameters: Mapping[str, Any],
    *,
    target: Path | None = None,
    include_code: bool = False,
    formats: Sequence[str] = ("html",),
    look: Path | None = None,
    at_once: int = 2,
    warm: KernelSource | None = None,
    on_progress: Callable[[NotebookRun, int], None] | None = None,
) -> Path:
    """Run the notebooks and write the report, with the citizens' answers where they have been prepared.

    Parameters
    ----------
    parameters : mapping
        The notebooks' parameters: municipality (name or code, '' for the whole country), survey,
        own_answers (saved for the municipality's later reports, also those of a batch), confidence, min_cell.
    target : Path, optional
        The report's folder; by default reports/<municipality>, or
        reports/<municipality>-<wave> for a later wave. The page over all reports is then rewritten.
    include_code : bool
        Show the notebooks' code.
    formats : sequence of str
        As for `write_municipality_report`.
    look : Path, optional
        The municipality's look (`borgerlib.files.look`); by default the one it has saved.
    at_once : int
        Notebooks run at the same time.
    warm : KernelSource, optional
        The source of kernels; without one each kernel is a new process.
    on_progress : callable, optional
        Called with every finished run and the number of runs.

    Returns
    -------
    Path
        The report's index.html.

    Raises
    ------
    ParameterError, DataError
        A parameter or what it names cannot be used; found before any kernel starts.
    RunError
        A notebook failed, or the report cannot be written. An older report then stays as it was.
    """
    wanted = read_formats(formats)
    checked, name = _checked(parameters)
    looks = look_of(name) if look is None else read_look(look)
    survey = open_leaders_survey(str(checked["survey"]))
    front = _front(name, survey.everything.source)  # before the kernels need both cores
    folder = target or places.reports(_folder_name(name, survey))
    make_room(folder.resolve())  # before the minute that the notebooks take, not after
    # Only a document uses a chart's PNG, and drawing it takes as long as all the rest of the chart.
    extensions = () if "docx" in wanted else (for_pages.EXTENSION,)
    places.processed_data().mkdir(parents=True, exist_ok=True)  # caches pictures for the next report
    with owned_temporary_folder() as temporary:
        jobs = [
            NotebookJob(path, temporary / path.name, _parameters_of(path, checked), extensions)
            for path in report_notebooks(name)
        ]
        runs = run_notebooks(
            jobs,
            at_once=at_once,
            warm=warm,
            on_progress=(lambda run: on_progress(run, len(jobs))) if on_progress else None,
        )
        _refuse_failed(runs, keep=places.processed_data("failed", folder.name))
        paths = [run.path for run in runs]
        index = write_report(
            name, paths, folder, formats=wanted, include_code=include_code, look=looks, **front
        )
    if target is None:
        keep_overview_in_step(places.reports())
    return index


def write_municipality_report(
    name: str, notebooks: Sequence[Path], target: Path, *, inside: Path, formats: Sequence[str] = ("html",)
) -> Path:
    """Write the report on the survey of 2021 from executed notebooks.

    Parameters
    ----------
    name : str
        The municipality; empty for the whole country.
    notebooks : sequence of Path
        Its executed notebooks.
    target : Path
        The report's folder. An older report is replaced completely, including its PDF and XLSX.
    inside : Path
        An empty folder on the same disk, to build in.
    formats : sequence of {"html", "pdf", "xlsx", "docx"}
        The pages are always written, the other formats next to them.

    Returns
    -------
    Path
        The report's ``index.html``.

    Raises
    ------
    RunError
        As `borgerlib.runs.reports.folder.write_report`. An older report then stays as it was.
    """
    source = str(load_codebook(LEADERS).meta["source"])
    return write_report(name, notebooks, target, inside=inside, formats=formats, **_front(name, source))


def _parameters_of(notebook: Path, checked: Mapping[str, Any]) -> Mapping[str, Any]:
    wanted = _PARAMETERS.get(notebook.name, tuple(checked))
    return {parameter: checked[parameter] for parameter in wanted}


def _folder_name(municipality: str, survey: LeadersSurvey) -> str:
    # A later wave gets its own report, so that the one of 2021 stays.
    wave = "" if survey.id == LEADERS else danish.slug(survey.id)
    return "-".join(filter(None, [place_of(municipality), wave]))


def refresh() -> list[NotebookRun]:
    """Run the insight notebooks with their default parameters and put the results in their place.

    What differs between runs (papermill's times) is removed, so that files differ only if results do.

    Raises
    ------
    RunError
        A notebook failed; none is then replaced.
    """
    sources = insight_notebooks()
    with owned_temporary_folder() as temporary:
        runs = run_notebooks([NotebookJob(source, temporary / source.name) for source in sources])
        _refuse_failed(runs, keep=places.processed_data("failed", "notebooks"))
        for run, source in zip(runs, sources, strict=True):
            notebook = nbformat.read(run.path, as_version=4)
            for part in (notebook, *notebook.cells):
                for key in ("papermill", "execution"):
                    part.metadata.pop(key, None)
            nbformat.write(notebook, source)
    return runs


def _refuse_failed(runs: Sequence[NotebookRun], *, keep: Path) -> None:
    """Raise an error for failed runs, and keep their partial notebooks for inspection."""
    failed = [run for run in runs if run.status != "done"]
    if not failed:
        return
    kept = [run.path for run in failed if run.path.is_file()]
    for path in kept:
        keep.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, keep / path.name)
    raise RunError(
        f"{len(failed)} of {len(runs)} notebooks failed, so nothing was written:",
        problems=[run.error for run in failed],
        hint=f"As far as they came, they are kept in {keep}." if kept else "",
    )


def _checked(parameters: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Resolve names and paths before a kernel starts; return the parameters and the municipality's name."""
    name = find_municipality(parameters["municipality"]).name if parameters["municipality"] else ""
    checked = {**parameters, "municipality": name}
    survey = open_leaders_survey(
        checked["survey"], confidence=checked["confidence"], min_cell=checked["min_cell"]
    )
    # A notebook may run in another folder: a path must be absolute to be found from there.
    if survey.kind == "microdata":
        checked["survey"] = str(find_wave(checked["survey"]).resolve())
    if checked["own_answers"]:
        if not name:
            raise ParameterError(
                "Own answers belong to a municipality, but the report is for the whole country.",
                hint="Name the municipality first: borger report Odense --own-answers odense.toml",
            )
        load_own_answers(checked["own_answers"], survey.codebook, expected=name)
        # Saved where every run of the municipality finds them: the next batch must not leave them out.
        keep_own_answers(checked.pop("own_answers"), name)
    elif name and (kept := kept_own_answers(name)).exists():
        load_own_answers(kept, survey.codebook, expected=name)
    return checked | {"own_answers": ""}, name


def _front(name: str, leaders: str) -> dict[str, Any]:
    """Return what the report says about itself, as options of `write_report`.

    `leaders` is the source of the leaders' survey.
    """
    citizens = open_survey(name) if name and is_prepared(name) else None
    return {
        "title": TITLE,
        "source": f"{leaders} {citizens.source}" if citizens else leaders,
        "introduction": _introduction(name, citizens),
        "cases": load_cases(),
    }


def _described(name: str) -> str:
    if not name:
        return "hele landet"
    found, people = find_municipality(name), population(name)
    counted = date.fromisoformat(people.attrs["reference_date"])
    return (
        f"{found.full_name}, der ligger i {found.region}, hører til {found.group.lower()}ne og havde "
        f"{danish.number(people['population'].sum())} indbyggere den {danish.long_date(counted)}"
    )


def _introduction(name: str, citizens: InterestSurvey | None) -> str:
    sentences = [
        "Ti indsigter om borgerinddragelse, set med kommunaldirektørernes øjne og regnet efter: hvert tal "
        f"med sin usikkerhed, hver påstand med sin prøve. Rapporten er lavet for {_described(name)}."
    ]
    if citizens:
        sentences.append("Først kommer borgernes egne svar.")
        if citizens.respondents.attrs["simulated"]:
            sentences.append(f"Borgernes svar er {SIMULATED}: de er opfundet af et program.")
    return " ".join(sentences)
