// The looks of the editor, in the colours of the site, which follow its theme. The editor stands in a
// shadow root: there its style sheets are adopted by script, which the policy of pages allows, while it
// would forbid the element that they would otherwise stand in.
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword], color: "var(--programme-4)", fontWeight: "600" },
  { tag: [tags.variableName, tags.definition(tags.variableName)], color: "var(--programme-2)" },
  { tag: [tags.string, tags.literal], color: "var(--programme-3)" },
  { tag: [tags.number, tags.bool], color: "var(--programme-1)" },
  { tag: [tags.url, tags.namespace, tags.typeName, tags.propertyName], color: "var(--ink)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--soft)", fontStyle: "italic" },
]);

const looks = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--raised)", fontSize: "0.95rem" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6", maxHeight: "min(62vh, 40rem)", overflow: "auto" },
  ".cm-content, .cm-gutter": { minHeight: "17rem" },
  ".cm-content": { padding: "0.7rem 0", caretColor: "var(--ink)", minWidth: "0" },
  ".cm-line": { padding: "0 1rem 0 0.6rem" },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--soft)", border: "0", borderRight: "1px solid var(--line)", paddingLeft: "0.3rem" },
  ".cm-activeLineGutter": { backgroundColor: "transparent", color: "var(--ink)", fontWeight: "600" },
  ".cm-cursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "2px" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { background: "var(--accent-soft) !important" },
  ".cm-matchingBracket": { backgroundColor: "var(--mark) !important", outline: "1px solid var(--strong-line)" },
  ".cm-tooltip": { backgroundColor: "var(--raised)", color: "var(--ink)", border: "1px solid var(--strong-line)", borderRadius: "var(--radius)",
    boxShadow: "0 0.5rem 1.5rem light-dark(#1a243033, #00000099)", fontFamily: "var(--font)", maxWidth: "calc(100vw - 2rem)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--font)", maxHeight: "18rem", fontSize: "0.93rem", minWidth: "min(26rem, 85vw)", maxWidth: "min(44rem, 92vw)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.25rem 0.6rem", lineHeight: "1.4", display: "flex", gap: "0.8rem", alignItems: "baseline" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { background: "var(--accent-soft)", color: "var(--ink)", outline: "2px solid var(--focus)", outlineOffset: "-2px" },
  ".cm-completionLabel": { fontWeight: "550", overflow: "hidden", textOverflow: "ellipsis" },
  ".cm-completionMatchedText": { textDecoration: "none", color: "var(--link)" },
  ".cm-completionDetail": { fontStyle: "normal", color: "var(--soft)", marginLeft: "auto", fontSize: "0.88rem", overflow: "hidden", textOverflow: "ellipsis" },
  ".cm-tooltip.cm-completionInfo": { padding: "0.6rem 0.8rem", maxWidth: "24rem", lineHeight: "1.45", fontSize: "0.92rem", whiteSpace: "pre-line" },
  ".cm-completionInfo strong": { display: "block" },
  ".cm-completionInfo .soft": { color: "var(--soft)", display: "block", marginTop: "0.3rem" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--violation) 1.5px", textUnderlineOffset: "0.2em", backgroundColor: "color-mix(in srgb, var(--violation) 14%, transparent)" },
  ".cm-lintPoint-error:after": { borderBottomColor: "var(--violation)" },
  ".cm-gutter-lint": { width: "1.2rem" },
  ".cm-lint-marker-error": { content: "none", width: "0.7rem", height: "0.7rem", borderRadius: "50%", backgroundColor: "var(--violation)" },
  ".cm-diagnostic": { padding: "0.5rem 0.8rem", borderLeft: "4px solid var(--violation)", maxWidth: "34rem", fontSize: "0.93rem", lineHeight: "1.45" },
  ".cm-diagnosticAction": { font: "inherit", backgroundColor: "var(--accent)", color: "var(--on-accent)", border: "0", borderRadius: "var(--radius)", padding: "0.15rem 0.6rem", margin: "0.3rem 0 0", cursor: "pointer" },
  ".cm-placeholder": { color: "var(--soft)" },
});

export const theme = [looks, syntaxHighlighting(colours)];
