// The library of ui/web as the page has it, without a browser: what a test asks for must not need one.

import { readFileSync } from "node:fs";

/**
 * The object that ui/web/NAME.js defines.
 * @param {string} name
 */
export function library(name) {
  const source = readFileSync(new URL(`../../ui/web/${name}.js`, import.meta.url), "utf8");
  return new Function(`${source}; return ${name};`)();
}
