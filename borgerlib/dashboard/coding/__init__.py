"""A page on which open answers are coded by keyboard: alone, twice and blind, and settled."""
