"""What a user's type checker sees of the public names: read by mypy (`make lint`), never run.

mypy calls an ignored error that is none an error, so each line below is a mistake that must be found.
"""

import pandas as pd

import borgerlib

people = pd.DataFrame()
borgerlib.estimate_proportions(people, "emner", wieght="weight")  # type: ignore[call-arg]
borgerlib.bar_chart(people)  # type: ignore[arg-type]
borgerlib.estimate_proportion  # type: ignore[attr-defined]  # noqa: B018
number: int = borgerlib.rake(people, {})  # type: ignore[assignment]
