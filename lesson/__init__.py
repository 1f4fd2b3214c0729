"""The lesson: a tour in the terminal, exhibits, slides and exercises. It looks at the engines from outside."""
