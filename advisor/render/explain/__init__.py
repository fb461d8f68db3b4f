"""The pages of `advise explain`: one module per kind of thing, one model of a page, one layout."""
