// The field in which a query is written.
import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, completionStatus, startCompletion } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, toggleComment } from "@codemirror/commands";
import { bracketMatching } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLineGutter, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { SparqlLanguage, sparql } from "codemirror-lang-sparql";
import { sourcesOf, withPrefix } from "./completion.js";
import { indexOf, prefixesOf, tokensOf } from "./text.js";
import { theme } from "./theme.js";

// Milliseconds that a chosen proposal waits for the list to settle.
const patience = 1500;

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
    { key: "Tab", run: accept },
  ];
  const state = EditorState.create({
    doc: query,
    extensions: [
      lineNumbers(), highlightActiveLineGutter(), highlightSpecialChars(), history(), drawSelection(), bracketMatching(), closeBrackets(), lintGutter(),
      sparql(), SparqlLanguage.data.of({ commentTokens: { line: "#" } }), theme, EditorView.lineWrapping,
      autocompletion({ override: sourcesOf(vocabulary, search), icons: false, activateOnTyping: true, maxRenderedOptions: 60 }),
      keymap.of([...bound, ...closeBracketsKeymap, ...completionKeymap, ...lintKeymap, ...defaultKeymap, ...historyKeymap]),
      EditorView.contentAttributes.of({ "aria-label": "Query", spellcheck: "false", autocorrect: "off", autocapitalize: "off" }),
      EditorView.inputHandler.of((view, from, to, text) => declare(view, from, to, text, known)),
      EditorView.domEventHandlers({ beforeinput: replaceSelected }),
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

/**
 * Take the proposal that is marked. Where the list is about to change, as the word has just been
 * typed, it is taken as soon as the list has changed. The Enter key does not wait for that, since
 * what is typed after it would be in its place.
 */
function accept(view) {
  if (acceptCompletion(view)) return true;
  if (completionStatus(view.state) !== "pending" || !view.root.querySelector(".cm-tooltip-autocomplete")) return false;
  const { doc } = view.state;
  const since = performance.now();
  const again = setInterval(() => {
    const isSettled = completionStatus(view.state) !== "pending" || performance.now() - since > patience;
    if (view.state.doc !== doc) clearInterval(again);
    else if (isSettled) {
      clearInterval(again);
      acceptCompletion(view);
    }
  }, 20);
  return true;
}

/**
 * Replace what is selected by what is typed. Browsers would keep the looks of the text by an inline
 * style, which the policy of pages forbids.
 */
function replaceSelected(event, view) {
  const { from, to } = view.state.selection.main;
  if (event.inputType !== "insertText" || !event.data || from === to || event.isComposing) return false;
  event.preventDefault();
  const insert = () => view.state.update(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
  if (!view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, event.data, insert))) view.dispatch(insert());
  return true;
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
