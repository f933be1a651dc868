// The toy: editable matrices; Python computes the rest.
// value: the starting { matrices } by d_model. Asks for "toy_attention" { d_model, n_heads, matrices }: { q, k, … }.

const { number } = lens.numbers;
const { make, within, row, notation } = lens.elements;
const { saveJson } = lens.saving;
const { asks } = lens.ask;

const { find, all, on } = within(element);
const WORDS = ["Ram", "pushed", "Hari"];
const ROLES = { W_Q: "q", W_K: "k", W_V: "v", q: "q", k: "k", v: "v" };
let result = null; // what is drawn

function matrix(name, caption, rows, cell, rowNames = null) {
  const lines = rows.map((values, i) => {
    const head = rowNames ? [make("th", { scope: "row" }, rowNames[i])] : [];
    return row(...head, ...values.map((value, j) => cell(value, i, j)));
  });
  const title = make("caption", { class: ROLES[name] }, ...notation(caption));
  return make("div", { class: "matrix" }, make("table", {}, title, make("tbody", {}, ...lines)));
}

const size = () => Number(find(".size").value);
const nHeads = () => Number(find(".n-heads").value);

function field(name, value, i, j) {
  return make("input", {
    value,
    inputmode: "decimal",
    maxlength: 12,
    "data-matrix": name,
    "aria-label": `${name}, row ${i + 1}, column ${j + 1}`,
    oninput: () => ask(),
  });
}

function start() {
  const tables = Object.entries(props.value[size()]).map(([name, rows]) => {
    const caption = `${name.replace("_", "^")} (${rows.length} × ${rows[0].length})`;
    return matrix(name, caption, rows, (...place) => field(name, ...place), name === "X" && WORDS);
  });
  find(".inputs").replaceChildren(...tables);
  ask();
}

function typed() {
  const rowsOf = (name) => {
    const inputs = all(`input[data-matrix="${name}"]`).map(({ value }) => value.trim());
    return Array.from({ length: inputs.length / size() }, (_, i) => inputs.slice(i * size(), (i + 1) * size()));
  };
  return Object.fromEntries(Object.keys(props.value[size()]).map((name) => [name, rowsOf(name)]));
}

function drawResult() {
  const heads = result.q.length;
  const named = (title, i) => (heads > 1 ? `${title}, head ${i + 1}` : title);
  const perHead = [
    ["q", "Q = X W^Q"],
    ["k", "K = X W^K"],
    ["v", "V = X W^V"],
    ["scores", "S = Q Kᵀ / √d_k"],
    ["weights", "A = softmax(S), row by row"],
    ["heads", "head = A V"],
  ];
  const shown = (name, title, rows) => matrix(name, title, rows, number, WORDS);
  const tables = Array.from({ length: heads }, (_, i) =>
    perHead.map(([name, title]) => shown(name, named(title, i), result[name][i])),
  ).flat();
  tables.push(shown("joined", "Concat(heads)", result.joined));
  tables.push(shown("output", "Concat(heads) W^O", result.output));
  find(".outputs").replaceChildren(...tables);
  const sums = result.row_sums.map((ofHead) => ofHead.map((sum) => Number(sum.toPrecision(12))).join(", ")).join("; ");
  const d_k = result.q[0][0].length;
  const root = `√d_k = √${d_k} = ${number(Math.sqrt(d_k))}`;
  find(".sums").replaceChildren(...notation(`Rows of the softmax sum to ${sums}. ${root}.`));
}

function markBad(problem) {
  const place = problem.match(/^(\w+), row (\d+), column (\d+)/);
  const bad = place && `${place[1]}, row ${place[2]}, column ${place[3]}`;
  for (const input of all("input")) input.ariaInvalid = String(input.ariaLabel === bad);
}

function receive(answer) {
  result = answer;
  find(".outputs").classList.remove("stale");
  markBad("");
  drawResult();
}

// "W_Q, row 2 …": the matrix as the page writes it; what was typed stays as it is
function refused(problem) {
  const [name, ...rest] = problem.split(",");
  find(".problem").replaceChildren(...notation(name.replace(/^W_/, "W^")), ...rest.map((words) => `,${words}`));
  find(".outputs").classList.add("stale");
  find(".sums").textContent = "";
  markBad(problem);
}

const fields = () => ({ d_model: size(), n_heads: nHeads(), matrices: typed() });
const ask = asks({ element, server }, "toy_attention", fields, receive, refused);

on("change", ".size", start);
on("change", ".n-heads", ask);
on("click", ".again", start);
on("click", ".save-json", () => saveJson("toy.json", { ...typed(), ...result }));

start();
