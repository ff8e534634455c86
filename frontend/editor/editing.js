// The field in which a query is written.
import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, startCompletion } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, toggleComment } from "@codemirror/commands";
import { bracketMatching } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLineGutter, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { sparql } from "codemirror-lang-sparql";
import { sourcesOf, withPrefix } from "./completion.js";
import { indexOf, prefixesOf, tokensOf } from "./text.js";
import { theme } from "./theme.js";

/**
 * Make the field in `place` with the text `query`. `vocabulary` is the promise of prefixes and terms,
 * `search` the address of the search; `acts` has what the keys do: run, format, help.
 */
export function makeField(place, query, { vocabulary, search, acts }) {
  const root = place.attachShadow({ mode: "open" });
  let known = {};
  vocabulary.then(({ prefixes }) => (known = prefixes));
  const bound = [
    { key: "Mod-Enter", run: () => (acts.run(), true) },
    { key: "Alt-Shift-f", run: () => (acts.format(), true) },
    { key: "Mod-Space", run: startCompletion },
    { key: "Ctrl-Space", run: startCompletion },
    { key: "Mod-/", run: toggleComment },
    { key: "F1", run: () => (acts.help(), true) },
    { key: "Tab", run: acceptCompletion },
  ];
  const state = EditorState.create({
    doc: query,
    extensions: [
      lineNumbers(), highlightActiveLineGutter(), highlightSpecialChars(), history(), drawSelection(), bracketMatching(), closeBrackets(), lintGutter(),
      sparql(), theme, EditorView.lineWrapping,
      autocompletion({ override: sourcesOf(vocabulary, search), icons: false, activateOnTyping: true, maxRenderedOptions: 60 }),
      keymap.of([...bound, ...closeBracketsKeymap, ...completionKeymap, ...lintKeymap, ...defaultKeymap, ...historyKeymap]),
      EditorView.contentAttributes.of({ "aria-label": "Query", spellcheck: "false", autocorrect: "off", autocapitalize: "off" }),
      EditorView.inputHandler.of((view, from, to, text) => declare(view, from, to, text, known)),
      EditorView.updateListener.of((update) => update.docChanged && acts.changed?.()),
    ],
  });
  const view = new EditorView({ state, parent: root, root });

  return {
    get text() {
      return view.state.doc.toString();
    },
    set text(text) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, selection: { anchor: 0 }, scrollIntoView: true });
    },
    focus: () => view.focus(),
    /** Mark the token at `line` and `column` as wrong; return what can be done: [text, function] each. */
    mark({ line, column, detail }) {
      const text = view.state.doc.toString();
      const at = Math.min(indexOf(text, line, column), text.length);
      const found = tokensOf(text).find(({ start, end }) => start <= at && at < end);
      // At the end of the text there is no token: the one before it is marked.
      const last = tokensOf(text).at(-1);
      const [from, to] = found ? [at, found.end] : [last?.start ?? 0, last?.end ?? 0];
      const actions = remedies(text.slice(from, to), text, known);
      view.dispatch(setDiagnostics(view.state, [{ from, to, severity: "error", message: detail, actions }]));
      const go = () => {
        view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
        view.focus();
      };
      return [[`Go to line ${line}, column ${column}`, go], ...actions.map(({ name, apply }) => [name, () => {
        apply(view, from, to);
        view.focus();
      }])];
    },
    unmark() {
      view.dispatch(setDiagnostics(view.state, []));
    },
  };
}

/** Declare a known prefix as soon as its colon is typed. */
function declare(view, from, to, text, known) {
  if (text !== ":") return false;
  const before = view.state.sliceDoc(0, from);
  const last = tokensOf(`${before}:`).at(-1)?.text ?? "";
  const prefix = last.slice(0, -1);
  // The line that declares it itself is left alone.
  if (!last.endsWith(":") || !(prefix in known) || /PREFIX\s+[\w-]*$/i.test(before) || prefixesOf(view.state.doc.toString()).has(prefix)) return false;
  const changes = withPrefix(view.state, from, to, text, prefix, known[prefix]);
  if (changes.length === 1) return false;
  view.dispatch({ changes, selection: { anchor: from + changes[0].insert.length + 1 }, userEvent: "input.type" });
  startCompletion(view);
  return true;
}

/** Return what can be done about the wrong token: declare its prefix. */
function remedies(token, text, known) {
  const prefix = /^([\w-]*):/.exec(token)?.[1];
  if (prefix === undefined || !(prefix in known) || prefixesOf(text).has(prefix)) return [];
  return [{
    name: `Add PREFIX ${prefix}:`,
    apply: (view, from, to) => view.dispatch({ changes: withPrefix(view.state, from, to, view.state.sliceDoc(from, to), prefix, known[prefix]) }),
  }];
}
