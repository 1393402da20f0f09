"""What must be held and what must not, as an executed notebook might show it: to measure the guard with.

All people, numbers and addresses are made up. Each entry is what one output or one part of a notebook holds.
"""

# ruff: noqa: E501

import base64
import gzip
import io
import zipfile

from openpyxl import Workbook
from openpyxl.comments import Comment


def link(content, head="data:text/csv;base64,"):
    """Return a link that holds a file."""
    return f"<a href='{head}{base64.b64encode(content).decode()}'>hent</a>"


def _workbook_link(*rows, note=""):
    """Return a link that holds a workbook, its rows on the second sheet."""
    book, buffer = Workbook(), io.BytesIO()
    book.active.append(["Svar"])
    book.active["A1"].comment = Comment(note, "") if note else None
    sheet = book.create_sheet("Mere")
    for row in rows:
        sheet.append(row)
    book.save(buffer)
    return link(
        buffer.getvalue(), "data:application/vnd.openxmlformats-officedocument.spreadsheetml.sheet;base64,"
    )


def _open_document_link(*rows, note=""):
    """Return a link that holds an OpenDocument sheet."""
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    lines = "".join(f"<table:table-row>{''.join(map(cell.format, row))}</table:table-row>" for row in rows)
    lines = lines.replace(
        "</text:p>", f"</text:p><office:annotation><text:p>{note}</text:p></office:annotation>", 1
    )
    table = f'<office:spreadsheet><table:table table:name="Ark1">{lines}</table:table></office:spreadsheet>'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", kind)
        content = (
            f"<office:document-content {names}><office:body>{table}</office:body></office:document-content>"
        )
        archive.writestr("content.xml", content)
        entry = f'<m:file-entry m:full-path="/" m:media-type="{kind}"/>'
        space = 'xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
        archive.writestr("META-INF/manifest.xml", f"<m:manifest {space}>{entry}</m:manifest>")
    return link(buffer.getvalue(), f"data:{kind};base64,")


_FILE = "Navn;Svar;CPR\nSøren Ågård;ja;010190-1234\n"
HELD_TEXTS = [
    # streets of many endings, and what may stand between a street and its town
    "H.C. Andersens Boulevard 12, 1553 København V", "Nørre Allé 12, 8000 Aarhus", "Kirkestien 3, 5000 Odense",
    "Lærkehøj 12, 5000 Odense", "Vestergade 12, stuen, 5000 Odense C", "Vestergade nr. 12, 5000 Odense C",
    "Vestergade 12-14, 5000 Odense C", "Vestergade 12 · 5000 Odense C", "Havnen 3, 5700 Svendborg",
    # series and frames as they are printed
    "0    20304053\n1    20304054\nName: telefon, dtype: int64", "0    101901234\nName: cpr, dtype: int64",
    "navn\nHanne Jensen    1\nBo Friis        1\nName: count, dtype: int64",
    "  fornavn efternavn svar\n0   Hanne    Holmby   ja\n1      Bo     Friis  nej",
    "   Navn på borger svar\n0    Hanne Jensen   ja",
    # CPR numbers, and how they are written
    "Borgeren 010190-1234 vil gerne deltage", "0101901234", "CPR: 010190 1234", "cpr.nr. 24 12 85 4321",
    "311299-4023 og 150675-1109", "Personnummer 01.01.90-1234", "01/01/90-1234", "01/01/1990-1234",
    "f. 010190.1234", "010190/1234", "010190_1234", "010190:1234", "010190–1234", "010190 – 1234",
    "010190−1234", "010190 - 1234", "01-01-90-1234", "01.01.1990-1234", "01 01 90-1234", "010190--1234",
    "id=0101901234;svar=3", "respondent_0101901234", "('0101901234', 'ja')", "[0101901234, 2412854321]",
    "0  0101901234  ja\n1  2412854321  nej", "alder\t0101901234\tkvinde", "svar,cpr\nja,0101901234",
    "{'cpr': '010190-1234'}", "010190\u200b-\u200b1234", "010190\u00ad-1234", "０１０１９０-１２３４",
    "010190\u00a01234", "010190\u20091234", "\x1b[31m010190\x1b[0m-1234", "0101\x1b[1m90\x1b[0m-12\x1b[32m34\x1b[0m",
    "0 1 0 1 9 0 - 1 2 3 4", "010190-\n1234", "CPR-nummer:010190-1234.", "»010190-1234«", "#010190-1234",
    "Sagen vedr. 290296-2222 (borgeren)", "æ010190-1234å", "barn født 120518-4123", "290200-5123",
    "KeyError: '010190-1234'", "ValueError: could not convert 0101901234 to category", "cpr=010190-1234&svar=ja",
    "CPR: 0101 90 12 34", "cpr 01-01-90 12-34", "**010190**-1234", "`010190`-`1234`",
    # e-mail addresses
    "anders.aagaard@privat.dk", "Skriv til Bente <bente@hansen.dk>", "MAILTO:OLE@POST.DK", "a.b+c@sub.domæne.dk",
    "ågård@eksempel.dk", "kontakt(at)hansen.dk", "ole [at] jensen.dk", "ole (snabel-a) jensen.dk", "ole{at}post.dk",
    "ole (at) jensen (dot) dk", "ole snabel-a jensen.dk", "ole@jensen.co.uk;else@post.dk", "'x@privat.dk'",
    "ole＠jensen.dk", "o\u200ble@jensen.dk", "ole@xn--sren-gra.dk", "1  ole_j@gmail.com  ja", "ole@gmail.com,ja,3",
    "ConnectionError: user ole@jensen.dk refused", "\x1b[34mole\x1b[0m@jensen.dk", "ole@post.museum",
    # telephone numbers
    "Tlf. 20304050", "tlf: 20 30 40 50", "Telefon 20-30-40-50", "mobil: 2030 4050", "Ring på 20 30 40 50",
    "SMS til 20304050", "+45 20 30 40 50", "+4520304050", "+45 2030 4050", "0045 20304050", "(+45) 20 30 40 50",
    "+45-20-30-40-50", "Anders, +45 23 45 67 89", "Mobilnr. 23456789", "tlf.nr. 23.45.67.89", "Phone: 23 45 67 89",
    "Kontakt: Bente, 23 45 67 89", "telefonnummeret er 23 45 67 89", "Tlf (privat): 23456789", "T: +46 70 123 45 67",
    "+47 912 34 567", "+49 151 23456789", "23 47 61 89", "Bente Hansen: 23 47 61 89", "direkte 87 31 22 94",
    "mob. 23476189", "kontakt mig på 23476189", "+45 20.30.40.50", "+45 (20) 30 40 50", "Call 23 47 61 89",
    "tel:+4520304050", "WhatsApp +45 23476189", "telefon\u00a023\u00a047\u00a061\u00a089", "Fastnet 66 13 24 35",
    "Bente Hansen 23476189", "Bente M. Hansen, 23 47 61 89", "23476189 (mobil)", "23 47 61 89, privat",
    "mailto:ole%40jensen.dk", "[skriv](mailto:ole@jensen.dk)", "[ring](tel:23476189)", "+4523476189,ja",
    # where somebody lives
    "Strandvejen 3, 8000 Aarhus", "Hovedgaden 4, 5000 Odense C", "Gl. Kongevej 3, 1. sal, 1610 København V",
    "Havnegade 12 st. th, 5000 Odense C", "vestergade 12, 5000 odense",
    "Telefon 23 45 56 12", "mobil 2021 2345", "ring 20304050 Kristian", "ring +46701234567", "tlfnr 20304050", "tlfnr: 20304050", "☎ 20304050", "📞 20 30 40 50", "T: 20304050",
    "https://wa.me/4520304050",
    "Jeg bor Nørregade 4, 2. tv.", "Skt. Knuds Kirkestræde 4 st. th.", "jens.soerensen@\ngmail.com",
    "tlf. 2030-4050", "tlf 203 040 50", "tlf. 65/511122", "Ring til Jens på 2030-4050",
    "Møllevej 3, 5000 Odense C", "Store Torvegade 12, 2. th., 3700 Rønne", "Østergade 4B\n8000 Aarhus C",
    "Navn: Anders Andersen\nAdresse: Møllevej 3", "Fornavn: Bente, Efternavn: Hansen",
    # tables printed as text
    "       Navn      Telefon\n0  Anders A  ukendt", "Navn;Adresse;Svar\nAnders A;Møllevej 3;ja",
    "navn,e-mail,svar\nA,b,c", "| Navn | Svar |\n|---|---|\n| Anders A | ja |", "Fornavn\tEfternavn\nAnders\tA",
    "| E-mail | Svar |\n|:--|--:|\n| skjult | ja |", "CPR-nr.;Navn\nx;Anders", "First name  Last name\nAnders      A",
    "         cpr svar\n0  101901234   ja\n1  201911235  nej", ",svar,tlf\n0,ja,20304050\n1,nej,30405060",
    "          navn svar\n0  Lars Hansen   ja\n1    Åse Ø. Bo  nej", "[{'cpr': 101901234, 'svar': 'ja'}]",
    "Name;Address\nAnders A;Møllevej 3", "| Name | Answer |\n| --- | --- |\n| Anders A | yes |",
]  # fmt: skip
_TABLE = "<table><thead><tr><th></th><th>{}</th><th>Svar</th></tr></thead><tbody><tr><th>0</th><td>{}</td><td>ja</td></tr></tbody></table>"
HELD_WORKBOOK = _workbook_link(["Navn", "Svar"], ["Hanne Jensen", "ja"])
HELD_HTML = [
    "<table><tr><th></th><th>Telefonnummer (frivilligt)</th></tr><tr><th>0</th><td>20304051</td></tr></table>",
    "<table><tr><th>Deltagernes navne</th></tr><tr><td>Hanne Jensen</td></tr>",
    "<table><tr><th>navn</th><td>Hanne Holm</td><td>Bo Friis</td></tr>",
    *(_TABLE.format(head, value) for head, value in [
        ("Navn", "Anders A"), ("Name", "Anders A"), ("Adresse", "Møllevej 3"), ("Address", "Møllevej 3"),
        ("E-mail", "skjult"), ("Telefon", "20304050"), ("CPR nr.", "x"), ("Borgerens navn", "Anders A"),
        ("Kontakt_mail", "skjult"), ("Telefon (privat)", "23 47 61 89"), ("Efternavn", "Andersen"),
        ("<b>Navn</b>", "Anders"), ("Na<wbr>vn", "Anders"), ("Full name", "Anders A"), ("Personnummer", "x"),
        ("Id", "010190-1234"), ("Id", "0101901234"), ("Bopæl", "Møllevej 3"), ("Mobilnummer", "23476189"),
        ("&#78;avn", "Anders A"), ("NAVN", "ANDERS A"), ("Postadresse", "Møllevej 3"),
    ]),
    "<p>010190&#8209;1234</p>", "<p>010190&nbsp;1234</p>", "<b>010190</b>-<b>1234</b>", "<td>31 12 85 4321</td>",
    "<span style='color:red'>010190</span><span style='color:blue'>-1234</span>", "010190<!-- skjult -->-1234",
    "<td>010190</td><td>1234</td>", "<i>01</i><i>01</i><i>90</i>1234", "<p title='010190-1234'>x</p>",
    "<p data-id=0101901234>x</p>", "<img alt='Borger 010190-1234' src='x.png'>", "<a href='?cpr=010190-1234'>se</a>",
    "<a href='?cpr=010190%2D1234'>se</a>", "<input value='010190-1234'>", "<!-- 010190-1234 -->",
    "<script>var cpr='010190-1234'</script>", "<svg><text>010190-<tspan>1234</tspan></text></svg>",
    "<p>01&shy;01&shy;90&shy;-1234</p>", "<div>010190-</div><div>1234</div>", "&#48;&#49;&#48;&#49;90-1234",
    "<a href='mailto:ole@jensen.dk'>skriv</a>", "<a href='mailto:ole%40jensen.dk'>skriv</a>",
    "<p>ole&#64;jensen.dk</p>", "<p>ole&commat;jensen.dk</p>", "<b>ole</b>@<b>jensen.dk</b>",
    "<a href='tel:+4520304050'>ring</a>", "<a href='tel:20304050'>ring</a>", "<a href=\"tel:20 30 40 50\">her</a>",
    "<a href='callto:20304050'>ring</a>", "<a href='sms:+4520304050'>skriv</a>", "Telefon: <b>20304050</b>",
    "<td>Tlf.</td><td>20 30 40 50</td>", "<li>+45&nbsp;20&nbsp;30&nbsp;40&nbsp;50</li>",
    "<a href='data:text/plain;base64,Qm9yZ2VyIDAxMDE5MC0xMjM0'>hent</a>",
    "<a download='svar.csv' href='data:text/csv;base64,bmF2bjt0ZWxlZm9uCkFuZGVycyBBOzIzNDc2MTg5Cg=='>hent</a>",
    "<a href='data:application/octet-stream;base64,b2xlQGplbnNlbi5kaw=='>hent</a>",
    "<a href='data:text/plain;charset=utf-8;base64,Qm9yZ2VyIDAxMDE5MC0xMjM0'>hent</a>",
    HELD_WORKBOOK, _workbook_link(["id"], ["010190-1234"]),
    _workbook_link(["Svar"], ["ja"])[:-900] + "'>hent</a>",
    *(link(_FILE.encode(letters)) for letters in ("cp1252", "latin-1", "utf-16", "utf-16-le", "mac_roman")),
    link(gzip.compress(_FILE.encode(), mtime=0)), link(b"PAR1" + bytes(range(256)) + b"PAR1"),
    link(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(range(128, 256)) * 9, "data:application/vnd.ms-excel;base64,"),
    *(link(_FILE.encode(), head) for head in ("data:text/csv;BASE64,", "DATA:x/y;name=min fil.csv; base64,")),
    link(_FILE.encode(), "data:;base64,").replace("TmF2", "%54mF2").replace("Ao=", "Ao%3D"),
    link(_FILE.encode()).replace("NQUgpT", "NQU\n  gpT").replace("AxOTAtM", "AxOT\r\nAtM"),
    _workbook_link(["Svar"], note="Ring til ole@jensen.dk"),
    _open_document_link(["id"], ["010190-1234"]), _open_document_link(["Svar"], note="Ring til ole@jensen.dk"),
    "<svg><text>Skriv til ole@</text>\n<g/><text>jensen.dk</text></svg>",
    "<svg><text>Skriv til ole</text>\n<text>@jensen.dk</text></svg>",
    "<a href='data:text/plain,ole%40jensen.dk'>hent</a>", "<a download='010190-1234.csv' href='x'>hent</a>",
    "<table><tr><td>Navn</td><td>Mobil</td></tr><tr><td>Anders</td><td>x</td></tr></table>",
    "<table><tr><th>Telefon<th>Svar<tr><td>23476189<td>ja</table>",
    "<table><tr><th colspan=2>Svar</th></tr><tr><td><table><tr><th>Navn</th></tr><tr><td>A</td></tr></table></td></tr></table>",
    "<tr><td>23 47 61 89</td></tr>", "<table><tr><td>20 30 40 50</td></tr></table>",
    "<table><tr><th>Navn</th><td>Anders A</td></tr><tr><th>Telefon</th><td>23476189</td></tr></table>",
    _TABLE.format("Respondentens navn", "Anders A"), _TABLE.format("Deltagers e-mail", "skjult"),
    "<table><thead><tr><th>Navn", "<p>010190-1234", "<p title=\"010190-1234",
]  # fmt: skip
HELD_JSON = [
    {"010190-1234": 3}, [3112854321.0], {"a": {"b": ["x@privat.dk"]}}, [{"Navn": "A", "Telefon": "x"}],
    {"columns": ["Svar", "Telefon"], "data": [["ja", "23476189"]]}, {"schema": {"fields": [{"name": "telefon"}]}},
    {"columns": ["Navn"], "rows": [["Anders A"]]}, {"alt": "Borger 010190-1234"}, {"rows": [["ring 20304050"]]},
    {"href": "tel:+4520304050"}, {"wide": "<svg><text>010190-1234</text></svg>"},
    {"wide": "<svg><text>ole@</text><text>jensen.dk</text></svg>"}, {"wide": "<svg><text>ole</text><text>@jensen.dk</text></svg>"}, {"id": 101901234, "cpr": "0101901234"},
]  # fmt: skip
HELD_NAMES = ["Anders 010190-1234.png", "ole@jensen.dk.png", "0101901234.jpg", "tlf 20304050.png"]

HARMLESS_TEXTS = [
    "Mobil app: 23456789 hentninger", "ja    0.31\nnej    0.69\nName: telefon, dtype: float64",
    "kontakt i perioden 2018-2021", "Telefon: 203 040 500", "På Torvet 4, 2 timer", "Nørregade 4 kl. 12", "a @\nb.dk",
    "Tabel 3, 2021 Odense", "Figur 12, 5000 borgere",
    # dates and times
    "24-12-2025", "24.12.2025", "24/12/2025", "2025-12-24", "24. december 2025", "241225", "kl. 12.30-14.00",
    "2025-12-24 10:30:00", "2025-12-24T10:30:00Z", "01-01-2018 - 31-12-2021", "valgperioden 2018-2021",
    "20251224103000", "24-12-2025 kl. 1030", "uge 51, 2025", "2018/2019", "1. jan. 1990", "01.01.1990",
    "kontakt i valgperioden 2018-2021", "ring 2026-11-24", "opdateret 24.12.2025 10.30", "[2018 2019 2020 2021]",
    "mobil 2021 2022", "Kontakt 2021 2021", "Direkte: 23 45 56 12 pct.",
    # amounts and counts
    "5.822.763 borgere", "5822763000", "9912345678", "Budget: 3112854321 kr.", "3.112.854.321 visninger",
    "kr. 1.234.567.890", "0.0101901234", "3,01019012345", "1234567890 kr.", "2412854321 DKK", "budget 2412854321",
    "31 pct. (28-34)", "n = 58", "12 345 678", "1 234 567 890 kr.", "+12,5 procentpoint", "+1.234.567 kr.",
    "spalte 1: 12345678", "Hjørring 20304050", "mobil 12.345.678", "0,31  0,28  0,34", "99 pct.", "10 20 30 40",
    "20 30 40 50", "array([12, 45, 23, 18])", "[12 45 23 18]", "0 12 45 23 18", "1e10", "3.14159265358979",
    "χ² = 12,34, p = 0,0012", "58 af 98", "1:10000", "100000000", "P-nummer 1012345678", "EAN 5798001234567",
    "timestamp 1712345678", "seed=2412854321", "CVR 12345678", "konto 2412854321", "2412854321 bytes",
    "Udgifter 2412854321", "i alt 5.822.763", "min 0 max 100 mean 45.5 std 12.3", "-1234567890", "12-34-56",
    # code
    "data 0101901234abcdef0101901234", "sha256:0101901234567890aabbccddeeff", "<function f at 0x7f0101901234>",
    "0x0101901234", "git@github.com:borger/x.git", "pip install pakke@1.2.3", "@property", "logo@2x.png",
    "https://user@dev.azure.com/x", "numpy==1.26.4", "commit 3112854321abcdef", "line 12, in <module>", "df @ weights",
    "550e8400-e29b-41d4-a716-446655440000", "C:\\data\\2025", "10.0.0.1:8888", "v2025.12.24", "%matplotlib inline",
    "int64", "Name: count, dtype: int64", "Length: 98, dtype: object", "ISBN 87-02-01234-5", "x[0:10, 1:4]", "a @ b.T",
    # words that announce, and answers that are named so
    "Svar: brev, e-mail, telefon og sms", "Brev;Annonce;E-mail", "E-mail  Telefon  Brev", "Ring til kommunen",
    "Kontakt borgerne tidligt", "mobil 31 pct.", "telefon: 12 pct., e-mail: 45 pct.", "sms 23", "Digital post",
    "         E-mail  Telefon\nKvinder    0.31     0.22\nMænd       0.28     0.25",
    "| Telefon | E-mail |\n|---|---|\n| 31 pct. | 20 pct. |", "Telefon;E-mail\n31;20", "E-mail,Telefon\n0.31,0.22",
    "Navn på indsatsen: Åben dialog", "adressere udfordringer", "I hvilket område bor du?", "navngive", "Tlf.",
    "Navn: Odense, Telefon: 31 pct.", "Syddanmark 23476189", "Fredericia Kommune 23476189", "23476189 svar",
    "Strandvejen 3, 2024 blev lukket", "vej 12, 2000 borgere", "på gaden 12 gange, 3000 svar",
    "Vesterbrogade 2024", "Indsats på Østergade 3 gange", "Torvet 12, 31 pct.", "Hovedgaden 5 år efter",
    "valg@kommune.dk", "Mobil: 58 svar", "Kontakt med borgere: 12 45", "Telefonen er åben 9-15", "Telefon 70 pct.",
    # places
    "Kommune;Region\nOdense;Syddanmark", "Ringkøbing-Skjern", "Faaborg-Midtfyn 51000", "5000 Odense C", "Hele landet",
    "Region Midtjylland", "Høje-Taastrup 2024", "Aarhus 336411 København 602481", "101 København", "Læsø 1800",
    *(f"{n}0{n}1 svar fra {place}" for n, place in enumerate(["Vejle", "Vejen", "Skive", "Struer", "Thisted"], 3)),
    "              navn  andel\n0           Odense     12\n1  Faaborg-Midtfyn     13", "svar,telefon\nBrev,0.12\nTelefon,0.3",
    "   Telefon  E-mail\n0       12       3\n1      130      40", "Telefon; brev\nTelefon; e-mail\nE-mail; brev",
]  # fmt: skip
_ROWS = "<table><thead><tr><th></th>{}</tr></thead><tbody><tr><th>{}</th>{}</tr></tbody></table>"
HARMLESS_HTML = [
    _workbook_link(["Kanal", "Andel"], ["E-mail", 0.31], ["Telefon", 0.12]),
    "<table><tr><th>Navn på spørgsmål</th></tr><tr><td>Hvad mener du</td></tr>",
    "<table><tr><th>Kommunenavn</th></tr><tr><td>Odense Kommune</td></tr>",
    _ROWS.format("<th>Telefon</th><th>E-mail</th>", "Kvinder", "<td>31 pct.</td><td>20 pct.</td>"),
    _ROWS.format("<th>Telefon</th>", "18–29 år", "<td>0.31</td>"),
    _ROWS.format("<th>E-mail</th>", "Mænd", "<td>31 pct. (28–34)</td>"),
    _ROWS.format("<th>Sms</th><th>Telefon</th>", "n", "<td>123</td><td>1.234</td>"),
    _ROWS.format("<th>Telefon</th>", "Alle", "<td>–</td>"), _ROWS.format("<th>Mobil</th>", "Alle", "<td>58 svar</td>"),
    _ROWS.format("<th>Navn</th>", "0", "<td>Odense</td>"), _ROWS.format("<th>name</th>", "0", "<td>alder</td>"),
    _ROWS.format("<th>Name</th>", "0", "<td>Aarhus Kommune</td>"), _ROWS.format("<th>Svar</th>", "0", "<td>E-mail</td>"),
    _ROWS.format("<th>Kommune</th>", "0", "<td>Odense</td>"), _ROWS.format("<th>Andel</th>", "Telefon", "<td>31</td>"),
    _ROWS.format("<th>Navn</th>", "0", "<td>Region Midtjylland</td>"),
    "<table><tr><td>Telefon</td><td>31 pct.</td></tr></table>", "<p>24-12-2025</p>", "<td>241225</td><td>12</td>",
    '<table><tr><th scope="row">E-mail</th><td>31 pct.</td></tr></table>', "<td>2018</td><td>2021</td>",
    '<img src="data:image/png;base64,AAAA/3112854321/BBBB">', "<svg><path d='M 010190 1234 L 20 30 40 50'/></svg>",
    "<a href='#telefon'>Telefon</a>", "<p>Telefon <b>31</b> pct.</p>", "<a href='https://ku.dk/@profil'>KU</a>",
    "<td>20</td><td>30</td><td>40</td><td>50</td>", "<div id='T_0a1b2_row0_col0'>31</div>",
    "<style>#T_31128 td{color:#010190}</style>", "<p>Ring <i>eller</i> skriv</p>", "<li>E-mail</li><li>Telefon</li>",
    "<th>Svar</th><th>Andel</th>", "<p>3.112.854.321&nbsp;kr.</p>", "<p style='margin:20px 30px 40px 50px'>x</p>",
]  # fmt: skip
HARMLESS_HTML += [
    link("Svar;Andel\nMåske;0,31\nMænd;3112\n".encode("cp1252")),
    link("Svar;Andel\nMåske;0,31\n".encode("utf-16")),
    link(b"\x89PNG\r\n\x1a\n\0\0", "data:image/png;base64,"),
    link(b"wOFF\0\1\0\0", "data:application/x-font-woff;base64,"),
    link("<svg><text>20 % på Ærø</text></svg>".encode(), "data:image/svg+xml;base64,"),
    "<svg><text>Svar @ møde</text>\n<text>31 pct.</text></svg>",
    _open_document_link(["Svar", "Antal", "Andel"], ["Telefon", "3112", "31,2"], note="Vægtet"),
    _workbook_link(
        ["Svar", "Antal", "Andel"], ["Telefon", 3112, 0.312], ["Møde", 20304050, 0.5], note="Vægtet"
    ),
]
HARMLESS_JSON = [
    {"E-mail": 0.31, "svar": 0.2}, {"Telefon": "31 pct.", "E-mail": "20 pct."}, {"dato": "24-12-2025"},
    {"columns": ["Svar", "Telefon"], "rows": [["Kvinder", 31.2], ["Mænd", None]]}, {"n": 5822763000},
    {"columns": ["Kommune", "Andel"], "rows": [["Odense", 31]]}, [0.0101901234, 0.5], {"wide": "0101901234" * 3},
    {"narrow": "<svg><path d='M0101901234'/></svg>"}, {"label": "Telefon", "proportion": 0.31}, {"year": 2025},
    {"columns": ["", "E-mail", "Brev"], "rows": [["Alle", "31 pct.", "20 pct."]]},
]  # fmt: skip
