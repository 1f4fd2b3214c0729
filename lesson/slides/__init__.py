"""The slides of the 90-minute section: text in ``slides.md``, pictures and code from the project as it is.

exhibits  what the text calls for: code by its name, graphs of measured cells, real commands and their output
build     one HTML file that needs nothing else, and a PDF of it

Built by Pandoc to reveal.js: the text stays Markdown that any tool reads, both have been kept well for more than ten
years, and Pandoc itself puts pictures, styles and scripts into the one file. Pandoc comes as a wheel (pypandoc_binary),
reveal.js in another (sphinx-revealjs): both are pinned with a hash, and nothing is downloaded beside.
"""
