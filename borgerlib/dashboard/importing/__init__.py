"""The page on which a municipality's export is looked through, mended and prepared."""
