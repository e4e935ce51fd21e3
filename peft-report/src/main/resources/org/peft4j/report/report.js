"use strict";
(() => {
  const root = document.documentElement;
  const $ = id => document.getElementById(id);

  // Theme: the system's until the button says otherwise. Storage may be closed to a page that is a file.
  const theme = $("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const store = {
    get() { try { return localStorage.getItem("peft4j-theme"); } catch { return null; } },
    set(value) { try { localStorage.setItem("peft4j-theme", value); } catch { /* then it isn't remembered */ } },
  };
  const dark = () => (root.dataset.theme || (system.matches ? "dark" : "light")) === "dark";
  const label = () => { theme.textContent = dark() ? "Light theme" : "Dark theme"; };
  const kept = store.get();
  if (kept === "dark" || kept === "light") root.dataset.theme = kept;
  theme.hidden = false;
  label();
  system.addEventListener("change", label);
  theme.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    store.set(root.dataset.theme);
    label();
  });

  // Sorting: by a heading's button or, on a phone, by the list; what has no figure stays at the end.
  const table = $("figures");
  if (table) {
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    const names = heads.map(h => h.textContent.trim());
    const key = (row, i) => row.cells[i]?.dataset.v;
    const sort = (i, descending) => {
      const failed = row => row.classList.contains("ok") ? 0 : 1;
      const rows = [...body.rows];
      const values = new Map(rows.map(r => [r, i === 0 ? key(r, 0) : parseFloat(key(r, i) ?? "NaN")]));
      rows.sort((a, b) => {
        if (failed(a) !== failed(b)) return failed(a) - failed(b);
        const x = values.get(a), y = values.get(b);
        if (i === 0) return (descending ? -1 : 1) * x.localeCompare(y, "en", { numeric: true });
        if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y);
        return descending ? y - x : x - y;
      });
      body.append(...rows);
      heads.forEach(h => h.removeAttribute("aria-sort"));
      heads[i].setAttribute("aria-sort", descending ? "descending" : "ascending");
      $("sorted").textContent = "Sorted by " + names[i] + ", " + (descending ? "descending" : "ascending");
      $("sort-by").value = String(i);
    };
    heads.forEach((head, i) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      const arrow = document.createElement("span");
      arrow.className = "arrow";
      arrow.setAttribute("aria-hidden", "true");
      const unit = button.querySelector(".unit");
      if (unit) unit.before(arrow); else button.append(arrow);
      head.append(button);
      const first = head.dataset.better === "higher" ? "descending" : "ascending";
      button.addEventListener("click", () => {
        const now = head.getAttribute("aria-sort");
        sort(i, now ? now === "ascending" : first === "descending");
      });
      $("sort-by").add(new Option(names[i], String(i)));
    });
    $("sort-by").value = String(Math.max(0, heads.findIndex(h => h.hasAttribute("aria-sort"))));
    $("sort-by").addEventListener("change", e => {
      const i = Number(e.target.value);
      sort(i, heads[i].dataset.better === "higher");
    });
    document.querySelector(".sorter").hidden = false;
  }

  // A row pointed at in the table, a legend or a picture is brought out in all pictures.
  const loud = row => {
    document.querySelectorAll(".plot").forEach(plot => {
      const series = [...plot.querySelectorAll(".series")];
      const there = series.some(s => s.dataset.row === row);
      plot.classList.toggle("quiet", there);
      series.forEach(s => s.classList.toggle("loud", s.dataset.row === row));
    });
  };
  document.addEventListener("pointerover", e => loud(e.target.closest?.("[data-row]")?.dataset.row));
})();
