/** How names, numbers, times and statuses are written; as amt_magic/views/formats.py. */

import type { Status, Value } from "./protocol";

export const NOTHING = "–";

/** Statuses differ by shape, for those who do not see colour. */
export const GLYPHS: Record<Status, string> = {
  Completed: "●",
  Stopped: "■",
  Failed: "✕",
  InProgress: "○",
  Stopping: "○",
  interrupted: "◇",
};

const HIDDEN = /[\p{C}\p{Z}]/u;

/** Escape what does not print (control, bidi, surrogates), and cut at `limit`. */
export function visible(text: string, limit = Infinity): string {
  let shown = [...text];
  if (HIDDEN.test(text.replaceAll(" ", ""))) {
    shown = [
      ...shown
        .slice(0, limit + 1)
        .map(escapeHidden)
        .join(""),
    ];
  }
  if (shown.length > limit) return shown.slice(0, limit - 1).join("") + "…";
  return shown.join("");
}

/** Escape what does not print in a text of several lines. */
export function visibleLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => visible(line.replaceAll("\t", "    ")))
    .join("\n");
}

function escapeHidden(character: string): string {
  if (character === " " || !HIDDEN.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  const short = { 9: "\\t", 10: "\\n", 13: "\\r" }[code];
  if (short) return short;
  const [letter, digits] = code < 256 ? ["x", 2] : code < 65536 ? ["u", 4] : ["U", 8];
  return `\\${letter}${code.toString(16).padStart(digits as number, "0")}`;
}

/** Write a number with up to `digits` significant digits. */
export function number(value: number | null, digits = 5): string {
  if (value === null) return NOTHING;
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return "0";
  const [mantissa = "", power = "0"] = value.toExponential(digits - 1).split("e");
  const exponent = Number(power);
  if (exponent >= -4 && exponent < digits) {
    return withoutZeros(value.toFixed(digits - 1 - exponent));
  }
  const size = String(Math.abs(exponent)).padStart(2, "0");
  return `${withoutZeros(mantissa)}e${exponent < 0 ? "-" : "+"}${size}`;
}

function withoutZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** Write a value of a hyperparameter. */
export function hyperparameter(value: Value | undefined, limit = 40): string {
  if (value === null || value === undefined) return NOTHING;
  if (typeof value === "string") return visible(value, limit);
  return Number.isInteger(value) ? String(value) : number(value, 4);
}

/** Write a time span: `0.02 s`, `0.4 s`, `2 min 14 s`, `1 h 3 min`. */
export function duration(seconds: number): string {
  if (seconds > 0 && seconds < 0.095) return `${seconds.toFixed(2)} s`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  return wholeDuration(seconds);
}

/** Write a time span in whole seconds, as a clock that ticks. */
export function wholeDuration(seconds: number): string {
  const isTie = seconds % 2 === 0.5; // Python rounds it to the even number
  const whole = isTie ? Math.floor(seconds) : Math.round(seconds);
  const part = (unit: number) => Math.floor(whole / unit);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${part(60)} min ${whole % 60} s`;
  if (whole < 86400) return `${part(3600)} h ${part(60) % 60} min`;
  if (whole < 100 * 86400) return `${part(86400)} d ${part(3600) % 24} h`;
  return `${number(seconds / 86400, 4)} d`;
}

/** Write a count: `1,620`. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Write a count and its noun: `1 training job`, `2 training jobs`. */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** Write a clock's time, as `14:02:11` or without seconds. */
export function clock(time: Date, withSeconds = true): string {
  const parts = [time.getHours(), time.getMinutes(), time.getSeconds()];
  return parts
    .slice(0, withSeconds ? 3 : 2)
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}
