// What the scripts' checker (tsc) has to be told: what Gradio hands to a widget's script, and what the page is made of.
// Nothing of this reaches the browser.

// ---- Gradio: js_on_load is the body of a function of these ----

/** The widget's own part of the page. */
declare const element: {
  querySelector(selector: string): any;
  querySelectorAll(selector: string): NodeListOf<any>;
} & HTMLElement;
/** What Python gave: `value` is plain data, described at the head of each script. */
declare const props: { readonly value: any };
/** Calls the handler that Python bound with `widget.NAME(...)`; `data` is its `gr.EventData`. */
declare function trigger(name: string, data?: object): void;
/** Calls back when Python has given another value. */
declare function watch(name: "value", listener: () => void): void;
/** Python's functions by name (`gr.HTML(server_functions=[…])`): plain data in, plain data out. */
declare const server: Record<string, (data: object) => Promise<any>>;
/** Sends a file; no widget does. */
declare function upload(file: File): Promise<{ path: string; url: string }>;

// ---- our library: each file of ui/web is one part ----

declare const lens: {
  numbers: typeof numbers;
  sampling: typeof sampling;
  elements: typeof elements;
  tokens: typeof tokens;
  colours: typeof colours;
  redrawing: typeof redrawing;
  fullscreen: typeof fullscreen;
  topics: typeof topics;
  address: typeof address;
  ask: typeof ask;
  tabs: typeof tabs;
  popups: typeof popups;
  menus: typeof menus;
  docking: typeof docking;
  surfaces: typeof surfaces;
  axes: typeof axes;
  planes: typeof planes;
  cells: typeof cells;
  ribbons: typeof ribbons;
  architecture: typeof architecture;
  walking: typeof walking;
  figures: typeof figures;
  recovery: typeof recovery;
  saving: typeof saving;
};

// ---- what figures are made of ----

/** Of a map or a table. */
type Cell = [row: number, column: number];

/** x and y. */
type Point = number[];

type Shape = "circle" | "ring" | "square" | "frame" | "diamond" | "cross";

/** Of a plane; one without numbers is left to the caller. */
interface Axis {
  name: string;
  low?: number;
  high?: number;
  log?: boolean;
  /** whole numbers alone */
  whole?: boolean;
}

/** How a curve looks and what it is; none is told by its colour alone. */
interface Look {
  name?: string;
  /** of the page */
  colour?: string;
  /** as SVG's stroke-dasharray */
  dash?: string;
  /** on each point where there is room; null for none */
  shape?: Shape | null;
  /** in pixels */
  width?: number;
  /** its last value: where its name may stand */
  end?: number;
}

// ---- what topics carry ----

/** What the page is about; a run is a function of it. */
interface PageRequest {
  model: string;
  text: string;
  /** which of the text's is open, from 0 */
  sentence: number;
  direction: string;
  beam_size: number;
  alpha: number;
  n_best: number;
  chosen: number;
  prefix: number[];
}

/** A translation with what else was found, or a text that a language model continues; or why there is none. */
interface Translation {
  /** without all else */
  problem?: string;
  request: PageRequest;
  translates: boolean;
  /** the sentence that is open */
  text: string;
  hypotheses: { text: string; score: number; tokens: object[] }[];
  chosen: number;
  /** the chosen text in its order: words that can be others have the places of their tokens */
  parts: { text: string; tokens: number[] }[];
  /** what the model wrote by itself, or null where this is it */
  own_text: string | null;
  /** how many tokens behind the text that is continued were given */
  n_given: number;
  seconds: number;
  n_source: number;
  n_text: number;
  start: object;
}

/** How sure the model was of the translation's tokens; null where nobody measured what that is worth. */
interface Sureness {
  request: PageRequest;
  /** the places of the tokens that are mostly wrong when the model is so unsure */
  doubtful: number[];
}

/** What could have come at one step. */
interface NextTokenBars {
  request: PageRequest;
  position: number;
  n_steps: number;
  in_text: boolean;
  read: object[];
  distribution: object;
  logits: string;
  forbidden: number[];
}

interface Head {
  layer: number;
  head: number;
}

/** A position on an axis of attention. */
interface Position {
  index: number;
  special: boolean;
  token: { text: string };
  /** the token predicted there, in the decoder */
  predicts: { text: string } | null;
  key: string | null;
  label: string;
  words: string;
  chips(): (HTMLElement | string)[];
}

/** One kind of attention, as the overview shows it. */
interface Attention {
  /** what the page was asked for */
  run: object;
  kind: string;
  name: string;
  title: string;
  notice: string;
  axes: { rows: string; columns: string };
  nLayers: number;
  nHeads: number;
  /** whether special tokens are left out of rows and columns */
  hidden: boolean;
  rows: Position[];
  columns: Position[];
  allRows: Position[];
  allColumns: Position[];
  /** a byte each, of all heads of all layers */
  weights: Uint8Array;
  statistics: Record<string, number[][] | null>;
  masked(row: Position, column: Position): boolean;
  /** where a cell stands among all weights */
  at(head: number, row: Position, column: { index: number }): number;
}

/** What can be switched off: a head, or a larger part. */
interface Part extends Head {
  name: "head" | "feed_forward" | "layer" | "cross_attention";
  kind: string;
}

/** What each part is worth: the change of log-probability when it is off. */
interface HeadEffects {
  /** what the page was asked for */
  run: object;
  baseline: "zero" | "mean";
  /** all heads, and then what is larger */
  parts: Part[];
  /** of each head, in bits */
  entropy: number[];
  /** of each part in nats, the heads' with the chosen baseline, the others' always with zero */
  effect: number[];
  /** what became less or more likely: the whole translation, or a token of it */
  of: string;
  /** the answer itself, for saving */
  answer: object;
  /** by the kind, the layer and the head, where the model has it */
  headEffect(kind: string, head: Head): number | undefined;
}

/** What the large view draws: some heads, taken together. */
interface AttentionPicture extends Attention {
  heads: Head[];
  /** weights, row by row */
  cells: number[];
  high: number;
  /** or to the two digits of a byte */
  isExact: boolean;
  drawing: "map" | "lines";
  label: string;
  /** a file's name without its ending */
  file: string;
  /** a cell's weight in words, and those of its heads */
  weight(i: number): string;
  parts(row: Position, column: Position): string;
  csv(): (string | number)[][];
  json(): object;
}

/** A position table with what belongs to it. */
interface PositionTable {
  n_positions: number;
  d_model: number;
  /** whether it is the model's own */
  own: boolean;
  /** no value is larger */
  bound: number;
  /** of each dimension, in positions; none of a learned table */
  wavelengths: number[] | null;
  /** (n_positions, d_model) */
  values: Float32Array;
  /** (n_positions, n_positions) */
  dot: Float32Array;
  distance: Float32Array;
}
