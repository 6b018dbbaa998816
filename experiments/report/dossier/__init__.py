"""The report for people who decide: one page out of folders of results, as HTML and as PDF, in English or Chinese."""
