"""Mask open answers for coders: whatever identifies the writer, or a person written about."""

from __future__ import annotations

import re

import pandas as pd

from borgerlib.personal import mask_contact, mask_cpr

NAME_MASK, ADDRESS_MASK = "[navn]", "[adresse]"

# No list of names is used, but words that a name follows. Cues in any case, names capitalised.
_CUES = (
    r"hedder|mit navn er|hilsen|mvh\.?|hr\.?|fru|frøken|(?:vice)?borgmester|rådmand|byrådsmedlem|direktør"
    r"|(?:min|vores) (?:nabo|kone|mand|kæreste|søn|datter|mor|far|bror|søster|ven|veninde|chef)"
)
_WORD = r"[A-ZÆØÅ](?:\.|[^\W\d_]+(?:-[^\W\d_]+)?)"
_NAME = re.compile(rf"(\b(?i:{_CUES})[ ,:\n]+){_WORD}(?: {_WORD}){{0,3}}")
_ROAD = r"vej|vejen|gade|gaden|all[eé]|vænget?|stræde|torv|torvet|plads|parken?|bakken?|boulevard"
_ADDRESS = re.compile(rf"(?:\b[A-ZÆØÅ][\w.]* )?(?=\b[A-ZÆØÅ])\w*(?i:{_ROAD}) \d{{1,3}}(?: ?[A-Z]\b)?(?!\d)")


def mask_answers(answers: pd.Series) -> pd.Series:
    """Return open answers as coders see them.

    CPR numbers, e-mail addresses, telephone numbers and roads with a house number are masked, and names where
    the words before tell that one follows ('jeg hedder …', 'hilsen …', 'borgmester …', 'min nabo …').

    Other names are not found: no list of names is used, for such a list takes 'Holm' and 'Vester' out of what
    citizens write of their town. Who codes strikes those out before an answer is quoted.

    Parameters
    ----------
    answers : Series
        Texts; missing where nothing was written.

    Returns
    -------
    Series
        The answers with '[kontaktoplysning]', '[navn]' and the like in place of what was masked; same index,
        missing ones missing.

    See Also
    --------
    open_coding : Where they are read.
    coded_answers : What comes after coding.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> borgerlib.mask_answers(pd.Series(["Ring til mig på 12 34 56 78. Hilsen Bo Holm", None])).tolist()[0]
    'Ring til mig på [kontaktoplysning]. Hilsen [navn]'
    """
    return answers.map(lambda text: _masked(str(text)), na_action="ignore")


def _masked(text: str) -> str:
    text = _ADDRESS.sub(ADDRESS_MASK, mask_contact(mask_cpr(text)))
    return _NAME.sub(rf"\1{NAME_MASK}", text)
