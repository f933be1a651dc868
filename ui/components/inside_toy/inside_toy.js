// The toy: editable matrices; Python computes the rest.
// value: the starting { matrices } by d_model. Asks for "toy_attention" { d_model, n_heads, matrices }: { q, k, … }.

const { number } = lens.numbers;
const { notation } = lens.elements;
const { saveJson } = lens.saving;
const { asks } = lens.ask;

const find = (selector) => element.querySelector(selector);
const WORDS = ["Ram", "pushed", "Hari"];
const ROLES = { W_Q: "q", W_K: "k", W_V: "v", q: "q", k: "k", v: "v" };
let result = null; // what is drawn

function matrix(name, caption, rows, cell, rowNames) {
  const frame = document.createElement("div");
  frame.className = "matrix";
  const table = document.createElement("table");
  const title = table.createCaption();
  title.append(...notation(caption));
  title.className = ROLES[name] || "";
  rows.forEach((values, i) => {
    const row = table.insertRow();
    if (rowNames) {
      const head = document.createElement("th");
      head.scope = "row";
      head.textContent = rowNames[i];
      row.append(head);
    }
    values.forEach((value, j) => row.insertCell().append(cell(value, i, j)));
  });
  frame.append(table);
  return frame;
}

const size = () => Number(find(".size").value);
const nHeads = () => Number(find(".n-heads").value);

function start() {
  const matrices = props.value[size()];
  const tables = Object.entries(matrices).map(([name, rows]) =>
    matrix(
      name,
      `${name.replace("_", "^")} (${rows.length} × ${rows[0].length})`,
      rows,
      (value, i, j) => {
        const input = document.createElement("input");
        input.value = value;
        input.inputMode = "decimal";
        input.maxLength = 12;
        input.dataset.matrix = name;
        input.setAttribute("aria-label", `${name}, row ${i + 1}, column ${j + 1}`);
        input.addEventListener("input", () => ask());
        return input;
      },
      name === "X" ? WORDS : null,
    ),
  );
  find(".inputs").replaceChildren(...tables);
  ask();
}

function typed() {
  const rowsOf = (name) => {
    const inputs = [...element.querySelectorAll(`input[data-matrix="${name}"]`)].map(({ value }) => value.trim());
    return Array.from({ length: inputs.length / size() }, (_, i) => inputs.slice(i * size(), (i + 1) * size()));
  };
  return Object.fromEntries(Object.keys(props.value[size()]).map((name) => [name, rowsOf(name)]));
}

const text = (value) => document.createTextNode(number(value));

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
  const tables = Array.from({ length: heads }, (_, i) =>
    perHead.map(([name, title]) => matrix(name, named(title, i), result[name][i], text, WORDS)),
  ).flat();
  tables.push(matrix("joined", "Concat(heads)", result.joined, text, WORDS));
  tables.push(matrix("output", "Concat(heads) W^O", result.output, text, WORDS));
  find(".outputs").replaceChildren(...tables);
  const sums = result.row_sums.map((row) => row.map((sum) => Number(sum.toPrecision(12))).join(", ")).join("; ");
  const d_k = result.q[0][0].length;
  const root = `√d_k = √${d_k} = ${number(Math.sqrt(d_k))}`;
  find(".sums").replaceChildren(...notation(`Rows of the softmax sum to ${sums}. ${root}.`));
}

function markBad(problem) {
  const place = problem.match(/^(\w+), row (\d+), column (\d+)/);
  const bad = place && `${place[1]}, row ${place[2]}, column ${place[3]}`;
  for (const input of element.querySelectorAll("input")) {
    input.setAttribute("aria-invalid", String(input.getAttribute("aria-label") === bad));
  }
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

find(".size").addEventListener("change", start);
find(".n-heads").addEventListener("change", ask);
find(".again").addEventListener("click", start);
find(".save-json").addEventListener("click", () => saveJson("toy.json", { ...typed(), ...result }));

start();
