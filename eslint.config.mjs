import { readdirSync } from "node:fs";
import js from "@eslint/js";

const readable = (names) => Object.fromEntries(names.map((name) => [name, "readonly"]));

// the browser's names that the scripts use
const browser = readable([
  "Blob",
  "DOMMatrix",
  "DOMParser",
  "Event",
  "HTMLTableCellElement",
  "IntersectionObserver",
  "MutationObserver",
  "Node",
  "ResizeObserver",
  "URL",
  "URLSearchParams",
  "XMLSerializer",
  "atob",
  "clearTimeout",
  "document",
  "getComputedStyle",
  "navigator",
  "performance",
  "reportError",
  "requestAnimationFrame",
  "setTimeout",
  "window",
]);
// what each script of ui/web defines, for those after it
const library = readable(
  readdirSync(new URL("ui/web", import.meta.url)).flatMap((name) => (name.endsWith(".js") ? [name.slice(0, -3)] : [])),
);
const gradio = readable(["element", "props", "trigger", "watch", "server", "upload"]);

const rules = {
  ...js.configs.recommended.rules,
  eqeqeq: "error",
  "no-shadow": ["error", { hoist: "functions" }],
  "no-var": "error",
  "prefer-const": "error",
  "no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
};

export default [
  {
    files: ["ui/web/*.js"],
    languageOptions: { sourceType: "script", globals: { ...browser, ...library } },
    rules: {
      ...rules,
      strict: "off",
      "no-redeclare": ["error", { builtinGlobals: false }],
      "no-unused-vars": ["error", { vars: "local" }],
    },
  },
  {
    files: ["ui/components/**/*.js"], // the bodies of functions that Gradio calls, so that no name leaves its file
    languageOptions: { sourceType: "module", globals: { ...browser, ...gradio, lens: "readonly" } },
    rules,
  },
  {
    files: ["tests/web/*.mjs", "*.mjs"],
    languageOptions: { sourceType: "module", globals: readable(["Buffer", "URL", "console", "process"]) },
    rules,
  },
];
