"""Reads the files a TikTok Shop seller already has and says, in order, what to do next.

A plugin imports `advisor.hookspecs` (the hooks and what they hand over), `advisor.reading` and
`advisor.source` (files and counts), `advisor.vocabulary`, `advisor.bands` and `advisor.rule`
(words, bands, packs) and `advisor.errors`; for tables there is `advisor.tabular`, for templates
`advisor.report`. Importing this package imports none of them: a command line has to start quickly.
"""
