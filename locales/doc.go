// Package locales puts Panneau's facts into words. It knows every text that a person reads in a chat or in the
// terminal, and nothing else: no markup, no network, no clock of its own.
//
// The texts of a language stand in one file, texts/<language>.yaml: flat keys, go-i18n templates, CLDR plural forms. They
// are typed plainly; [Typeset] sets the no-break spaces, apostrophes and ellipses of French when a text is rendered, and
// never touches what was inserted into it. In a language written from right to left, what is foreign to it is isolated. A
// variety of a language (fr-x-simple, the simplified French) has only the texts in which it differs.
//
// A language is added by adding its file: the tests hold every file to the keys, placeholders, plural forms and line counts
// of the French one; what only a terminal shows (terminal.*) is French alone. A file that says « meta.review: "needed" » was
// translated by a machine: [Renderer.Choose] adds French beneath. The names and descriptions of commands in the menus of
// chat platforms stand apart, in menus/<language>.yaml.
//
// Rules for whoever writes a text: what is seen, since when, what to do; present tense, « vous », one idea a sentence;
// never a cause, a promise, a reproach or a word of alarm. [Lint] and [Jargon] check what a program can check, the files
// in testdata/golden are there to be read aloud.
package locales
