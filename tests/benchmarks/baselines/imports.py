"""Imports the libraries that `advisor diagnose` works with, and ends."""

import tomllib

import attrs
import cattrs
import click
import durable.lang
import fastexcel
import jinja2.sandbox
import pluggy
import polars  # noqa: ICN001 (named as the others are)
import rich.console
import rich.table

__all__ = [
    "attrs",
    "cattrs",
    "click",
    "durable",
    "fastexcel",
    "jinja2",
    "pluggy",
    "polars",
    "rich",
    "tomllib",
]
