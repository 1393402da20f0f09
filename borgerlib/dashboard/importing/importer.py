"""The import page: choose a file, see how it was read, go through its questions, save, prepare."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from borgerlib.dashboard.importing import words
from borgerlib.dashboard.importing.question_editor import QuestionEditor
from borgerlib.errors import DataError, command
from borgerlib.files.atomic import replacing
from borgerlib.files.toml import write_new
from borgerlib.interest.prepare.prepare import prepare
from borgerlib.page_parts import OwnKeys, working_button
from borgerlib.population.municipalities import municipality as find_municipality
from borgerlib.said import said
from borgerlib.survey.codebook.model import CITIZENS
from borgerlib.survey.importing.decisions import Decisions, open_decisions

_ENDINGS = (".csv", ".xlsx", ".ods", ".sav", ".parquet", ".tsv", ".txt")
_AS_IT_LOOKS = -1


class Importer(widgets.VBox):  # type: ignore[misc]
    """The import page; made by `open_importer`.

    Attributes
    ----------
    decisions : Decisions or None
        The decisions on the open file, from which codebook, mapping and counts are made.
    """

    def __init__(self, municipality: str, folder: Path) -> None:
        self.decisions: Decisions | None = None
        self._municipality, self._folder = municipality, folder
        self._at, self._filling = 0, False
        self._saved: tuple[Path, ...] = ()
        self._button = partial(working_button, refused=words.failed)
        files = sorted(path.name for path in folder.iterdir() if path.suffix.lower() in _ENDINGS)
        self._file = widgets.Combobox(
            description="Fil", options=files, placeholder="svar.xlsx", continuous_update=False
        )
        self._understood, self._at_once, self._result = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self._sheet = widgets.Dropdown(description="Ark")
        self._rows = widgets.Dropdown(
            description="Hvor mange rækker er overskrifter?",
            options=[("Som det ser ud", _AS_IT_LOOKS), *((str(count), count) for count in range(4))],
        )
        self._shipped = widgets.VBox(
            [
                widgets.HTML(
                    "<p>Filen spørger om det samme som den kodebog, der følger med. Svarene kan gøres klar "
                    "med den, uden at spørgsmålene ses igennem.</p>"
                ),
                self._button("Gør svarene klar med den kodebog", self._on_prepare_shipped, self._at_once),
                self._at_once,
            ]
        )
        self._overview = widgets.HTML()
        self._which = widgets.Dropdown(description="Spørgsmål")
        self._editor = QuestionEditor(self._take)
        self._replace = widgets.Checkbox(description="Erstat filer, der ligger der i forvejen", indent=False)
        self._unweighted = widgets.Checkbox(description="Uden vægte: alle tæller lige meget", indent=False)
        self._read = self._button("Læs filen", self._on_read, self._understood)
        self._after = widgets.VBox(self._questions())
        super().__init__(self._layout())
        self.add_class("borger-import")
        self._after.layout.display = "none"
        self._where = (self._sheet, self._rows)
        for widget in self._where:
            widget.layout.display = "none"
            widget.observe(lambda _: None if self._filling else self._read.click(), "value")
        self._which.observe(self._on_which, "value")

    def _layout(self) -> list[widgets.Widget]:
        return [
            widgets.HTML(
                f"<style>{words.style()}</style><h1>Indlæs svar fra {self._municipality}</h1>"
                "<p>Fra platformens fil til svar, der er klar til rapport og oversigt. Alt bliver på denne "
                "maskine.</p><h2>1. Filen</h2>"
            ),
            self._file,
            self._read,
            self._understood,
            self._sheet,
            self._rows,
            self._after,
            OwnKeys(),
        ]

    def _questions(self) -> list[widgets.Widget]:
        steps = widgets.HBox(
            [
                self._button("Forrige", lambda: self._go(-1), self._result),
                self._button("Næste", lambda: self._go(1), self._result),
            ]
        )
        buttons = widgets.HBox(
            [
                self._button("Gem", self._on_save, self._result),
                self._button("Gør svarene klar", self._on_prepare, self._result),
            ]
        )
        return [
            self._shipped,
            widgets.HTML(
                "<h2>2. Spørgsmålene</h2><p>Se dem igennem, hvor der står »ja« under »Se efter«. "
                "Tallene følger med, når noget ændres.</p>"
            ),
            self._overview,
            self._which,
            self._editor,
            steps,
            widgets.HTML(
                "<h2>3. Gem, og gør klar</h2><p>Det, der er besluttet, gemmes ved siden af filen som "
                "kodebog og mapping. Næste gang går det af sig selv.</p>"
            ),
            self._replace,
            self._unweighted,
            buttons,
            self._result,
        ]

    def choose(self, file: str | Path) -> None:
        """Open a file as if it had been chosen."""
        self._file.value = str(file)
        self._read.click()

    def _on_read(self) -> None:
        if not self._file.value.strip():
            raise DataError(said("no_file_named"))
        # An absolute path is taken as it is; any other is relative to the folder.
        path = self._folder / Path(self._file.value.strip()).expanduser()
        same = self.decisions is not None and self.decisions.path == path
        rows = self._rows.value if same else _AS_IT_LOOKS
        sheet = (self._sheet.value or "") if same else ""
        self._after.layout.display = "none"
        self.decisions = open_decisions(
            path, sheet=sheet, heading_rows=None if rows == _AS_IT_LOOKS else rows
        )
        self._filling = True
        sheets = self.decisions.sheets
        self._sheet.options = [("Det med flest svar", ""), *((name, name) for name in sheets)]
        self._sheet.value, self._rows.value = sheet, rows
        self._sheet.layout.display = None if len(sheets) > 1 else "none"
        self._rows.layout.display = None
        self._filling = False
        self._understood.value = words.understood(self.decisions)
        self._shipped.layout.display = None if self.decisions.fits(CITIZENS) else "none"
        self._result.value, self._at_once.value, self._at = "", "", 0
        self._after.layout.display = None
        self._show()

    def _show(self) -> None:
        assert self.decisions is not None
        self._filling = True
        self._which.options = [
            (f"{at + 1}. {question.text[:80]}", at) for at, question in enumerate(self.decisions.asked)
        ]
        self._which.value = self._at
        self._filling = False
        self._overview.value = words.overview(self.decisions)
        self._editor.show(self.decisions, self._at)

    def _take(self, decisions: Decisions, at: int) -> None:
        fewer = self.decisions is None or len(decisions.asked) != len(self.decisions.asked)
        self.decisions, self._at = decisions, at
        self._result.value = ""
        if fewer:
            self._show()
        else:
            self._overview.value = words.overview(decisions)

    def _on_which(self, change: Any) -> None:
        if not self._filling and change["new"] is not None and self.decisions is not None:
            self._at = change["new"]
            self._editor.show(self.decisions, self._at)

    def _go(self, step: int) -> None:
        assert self.decisions is not None
        self._which.value = min(max(self._at + step, 0), len(self.decisions.asked) - 1)

    def _on_save(self) -> None:
        saved = " og ".join(f"<code>{path.name}</code>" for path in self._save())
        self._result.value = f'<p role="status" class="borger-done">Gemt: {saved}.</p>'

    def _save(self) -> tuple[Path, Path]:
        assert self.decisions is not None
        path = self.decisions.path
        targets = path.with_name(f"{path.stem}.kodebog.toml"), path.with_name(f"{path.stem}.mapping.toml")
        for target, text in zip(targets, self.decisions.files(path.stem), strict=True):
            if target in self._saved or self._replace.value:
                with replacing(target, error=DataError) as beside:
                    beside.write_text(text, encoding="utf-8")
            else:
                write_new(target, text)
            self._saved = (*self._saved, target)
        return targets

    def _on_prepare(self) -> None:
        assert self.decisions is not None
        codebook, mapping = self._save()
        self._result.value = self._prepare(codebook=codebook, mapping=mapping)

    def _on_prepare_shipped(self) -> None:
        self._at_once.value = self._prepare()

    def _prepare(self, *, codebook: str | Path = CITIZENS, mapping: Path | None = None) -> str:
        assert self.decisions is not None
        unweighted = self._unweighted.value
        prepared = prepare(
            self._municipality,
            self.decisions.path,
            codebook=codebook,
            mapping=mapping,
            unweighted=unweighted,
        )
        again = command(
            *("prepare", self._municipality, str(self.decisions.path)),
            *(["--codebook", str(codebook), "--mapping", str(mapping)] if mapping else []),
            *(["--unweighted"] if unweighted else []),
        )
        return words.prepared_page(prepared, again)


def open_importer(municipality: str, file: str = "", *, folder: str = "") -> Importer:
    """Open the page on which a municipality's export is looked through, mended and prepared.

    Parameters
    ----------
    municipality : str
        Name or code.
    file : str
        The export; '' to choose one on the page.
    folder : str
        Where the page looks for files; '' for the working folder.

    Returns
    -------
    Importer
        An ipywidgets page in Danish. What is decided on it is saved as codebook and mapping, the same TOML
        that the commands read.

    Raises
    ------
    ParameterError
        There is no such municipality.

    See Also
    --------
    read_export : the same reading, without a page.
    suggest_mapping : which column feeds which item of a codebook.

    Examples
    --------
    >>> import borgerlib
    >>> page = borgerlib.open_importer("Odense")
    >>> page.decisions is None
    True
    """
    page = Importer(find_municipality(municipality).name, Path(folder).expanduser())
    if file:
        page.choose(file)
    return page
