"""Forms: a `%%tune` cell as fields. Its text is the truth; a field edits a part of it.

Named in the plural, so that the function `amt_magic.form` is not shadowed.
"""
