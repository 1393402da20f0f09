"""The page that makes a form: its questions, its information texts, its look, and its files."""

from __future__ import annotations

from html import escape
from pathlib import Path

import ipywidgets as widgets

from borgerlib import danish
from borgerlib.errors import BorgerlibError
from borgerlib.page_parts import OwnKeys, working_button
from borgerlib.population.municipalities import municipalities
from borgerlib.population.municipalities import municipality as find_municipality
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import CITIZENS
from borgerlib.survey.form.formats.page.page import page_text
from borgerlib.survey.form.questionnaire import Questionnaire
from borgerlib.survey.form.texts import (
    DANISH,
    ENGLISH,
    PRIVACY,
    Texts,
    load_texts,
    save_texts,
    standard_words,
)
from borgerlib.survey.form.write import form_of, texts_file, texts_of, write_form

_FORMATS = {
    "html": "Side til tablet, uden net (.html)",
    "pdf": "Papir (.pdf)",
    "docx": "Dokument, der kan rettes (.docx)",
    "limesurvey": "LimeSurvey (.txt)",
    "xlsform": "KoboToolbox, ODK, Enketo (.xlsx)",
    "surveyjs": "SurveyJS (.json)",
}
_STYLE = """<style>
.borger-form { max-width: 60rem } .borger-form h2 { margin: 1.5rem 0 .25rem; font-size: 1.25rem }
.borger-form .widget-label { width: auto; min-width: 9rem; text-align: left }
.borger-form textarea { min-height: 5em; font-family: inherit }
.borger-told { flex-direction: column; align-items: stretch; height: auto }
.borger-told label { font-weight: 600 }
.borger-lacks { color: #a3211b; font-weight: 600 }
.borger-form iframe { width: 100%; height: 36rem; border: 1px solid #7b8794; background: #fff }
</style>"""
_WIDE = {"width": "100%"}  # a dict, not a widget: a widget made on import would not belong to any page


class FormEditor(widgets.VBox):  # type: ignore[misc]
    """The page; made by `open_form_editor`.

    Attributes
    ----------
    form : Questionnaire
        The form as it stands.

    See Also
    --------
    open_form_editor : Opens it.

    Examples
    --------
    >>> import borgerlib
    >>> isinstance(borgerlib.open_form_editor("Odense"), borgerlib.FormEditor)
    True
    """

    def __init__(self, municipality: str, codebook: str | Path) -> None:
        names = tuple(municipalities()["name"])
        self._codebook = widgets.Text(
            str(codebook), description="Kodebog", layout=_WIDE, continuous_update=False
        )
        self._place = widgets.Dropdown(options=names, value=municipality, description="Kommune")
        self._labels = _labels()
        self._fields = {key: _area(label) for key, label in self._labels.items()}
        self._areas = _area("Områder at vælge mellem, ét på hver linje")
        self._by_answers = widgets.Checkbox(
            description="Samtykket siger, at svarene må afgøre, hvad borgeren bliver inviteret til",
            indent=False,
            layout=_WIDE,
        )
        self._formats = {
            name: widgets.Checkbox(description=label, indent=False, value=name == "html")
            for name, label in _FORMATS.items()
        }
        self._lacks, self._preview, self._made = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self._write = working_button(
            "Gem teksterne, og skriv filerne", self._on_write, self._made, refused=_refused
        )
        self._write.button_style = "primary"
        self._write.layout = {"width": "auto", "align_self": "flex-start"}
        super().__init__(self._layout())
        self.add_class("borger-form")
        self._read()
        self._place.observe(self._read, "value")
        for widget in (self._codebook, *self._fields.values(), self._areas, self._by_answers):
            widget.observe(self._show, "value")

    @property
    def form(self) -> Questionnaire:
        """The current form; raises `CodebookError` or `DataError` if the codebook cannot be used."""
        return form_of(load_codebook(self._codebook.value.strip()), self._texts(), self._place.value)

    def _layout(self) -> list[widgets.Widget]:
        return [
            widgets.HTML(
                f"{_STYLE}<h2>1. Hvad spørger I om?</h2><p>»{CITIZENS}« er skemaet, der følger med. "
                "Har I jeres eget, så skriv filens navn, fx kodebog.toml.</p>"
            ),
            *(self._place, self._codebook),
            widgets.HTML(
                "<h2>2. Hvad skal borgeren vide?</h2><p>Lad jeres databeskyttelsesrådgiver læse det hele. "
                "De engelske tekster rettes i filen, der bliver gemt.</p>"
            ),
            self._lacks,
            *self._fields.values(),
            *(self._by_answers, self._areas),
            widgets.HTML("<h2>3. Sådan ser det ud</h2><p>Prøv det her. Svar bliver ikke gemt.</p>"),
            self._preview,
            widgets.HTML("<h2>4. Filer</h2>"),
            *self._formats.values(),
            *(self._write, self._made, OwnKeys()),
        ]

    def _read(self, _: object = None) -> None:
        """Show what the municipality has saved."""
        texts = texts_of(self._place.value)
        with self.hold_trait_notifications():
            for key, field in self._fields.items():
                field.value = texts[key][DANISH]
            self._areas.value = "\n".join(texts.areas)
            self._by_answers.value = texts.by_answers
        self._show()

    def _texts(self) -> Texts:
        saved, shipped = texts_of(self._place.value), load_texts()
        words = {}
        for key, field in self._fields.items():
            danish_text = field.value.strip() or shipped[key][DANISH]
            known = next((each[key] for each in (saved, shipped) if each[key][DANISH] == danish_text), None)
            # An English text is kept as long as its Danish text is unchanged.
            words[key] = known or {DANISH: danish_text, ENGLISH: danish_text}
        areas = tuple(dict.fromkeys(line.strip() for line in self._areas.value.splitlines() if line.strip()))
        return Texts(words, self._by_answers.value, areas, saved.staff_code)

    def _show(self, _: object = None) -> None:
        self._made.value = ""
        lacking = [f"»{self._labels[key]}«" for key in self._texts().lacking]
        self._lacks.value = (
            f'<p class="borger-lacks">Skemaet må ikke bruges endnu. Udfyld {danish.listing(lacking)}.</p>'
            if lacking
            else "<p>Alt, hvad loven kræver, er udfyldt.</p>"
        )
        try:
            page = page_text(self.form)
        except BorgerlibError as error:
            self._preview.value = _refused(error)
            return
        # The sandbox lets the page run its script, but not access the notebook.
        sandbox = 'title="Spørgeskemaet" sandbox="allow-scripts allow-forms"'
        self._preview.value = f'<iframe {sandbox} srcdoc="{escape(page)}"></iframe>'

    def _on_write(self) -> None:
        path, form = texts_file(self._place.value), self.form
        save_texts(path, form.texts)
        chosen = [name for name, box in self._formats.items() if box.value]
        made = [write_form(form, name, path.parent) for name in chosen]
        rows = "".join(f"<li>{escape(str(each))}</li>" for each in (path, *(new for new, _ in made)))
        former = [f"»{kept.name}«" for _, kept in made if kept]
        kept = f"<p>De forrige er gemt som {escape(danish.listing(former))}.</p>" if former else ""
        self._made.value = f"<p>Gemt:</p><ul>{rows}</ul>{kept}"


def _labels() -> dict[str, str]:
    """Return the label of each text: its heading in the form, if it has one."""
    headings = {key: standard_words()[key][DANISH] for key in PRIVACY}
    consent = {
        "samtykke": "Hvad siger borgeren ja til, der vil kontaktes?",
        "tak": "Tak, når svaret er sendt",
    }
    return {"titel": "Overskrift", "indledning": "Indledning", **headings, **consent}


def _area(label: str) -> widgets.Textarea:
    # Updated only when a text is complete, because every change redraws the form.
    field = widgets.Textarea(description=label, layout=_WIDE, continuous_update=False)
    return field.add_class("borger-told")


def _refused(error: BorgerlibError) -> str:
    lines = escape(str(error)).replace("\n", "<br>")
    return f'<p class="borger-lacks">{lines}</p>'


def open_form_editor(municipality: str = "Odense", *, codebook: str | Path = CITIZENS) -> FormEditor:
    """Open the page that makes a questionnaire: what it asks and tells, how it looks, and its files.

    Parameters
    ----------
    municipality : str
        Name or code.
    codebook : str or Path
        Name of a survey that ships, or a TOML file.

    Returns
    -------
    FormEditor
        A widget. It writes to ``data/saved/<municipality>/``, when asked to.

    Raises
    ------
    ParameterError
        There is no such municipality.

    See Also
    --------
    prepare : Read what was answered.

    Examples
    --------
    >>> import borgerlib
    >>> editor = borgerlib.open_form_editor("Odense")
    >>> [question.id for question in editor.form.questions][:3]
    ['alder', 'koen', 'omraade']
    """
    return FormEditor(find_municipality(municipality).name, codebook)
