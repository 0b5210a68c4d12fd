/**
 * Our own letterforms, for brands without a mark: strokes on a grid of 24, between 6 and 18. They look the
 * same whatever fonts a machine has.
 */
const STROKES: Readonly<Record<string, string>> = {
  A: "M6 18 12 6l6 12M8.3 14h7.4",
  B: "M8 6v12h5a3.2 3.2 0 0 0 0-6.4H8h4.4a2.8 2.8 0 0 0 0-5.6H8",
  C: "M17.3 8.6A6 6 0 1 0 17.3 15.4",
  D: "M7.5 6v12h3.5a6 6 0 0 0 0-12Z",
  E: "M16.5 6H8v12h8.5M8 12h7",
  F: "M16.5 6H8v12M8 12h7",
  G: "M17.3 8.6A6 6 0 1 0 18 12.6h-5",
  H: "M7 6v12M17 6v12M7 12h10",
  I: "M12 6v12",
  J: "M15.5 6v8a4 4 0 0 1-8 0",
  K: "M8 6v12M16.5 6 8 13.5M11 11l6 7",
  L: "M8 6v12h8.5",
  M: "M6 18V6l6 8 6-8v12",
  N: "M7 18V6l10 12V6",
  O: "M12 6a6 6 0 1 0 0 12 6 6 0 0 0 0-12Z",
  P: "M8 18V6h4.5a3.5 3.5 0 0 1 0 7H8",
  Q: "M12 6a6 6 0 1 0 0 12 6 6 0 0 0 0-12ZM14 14.5l4 4",
  R: "M8 18V6h4.5a3.5 3.5 0 0 1 0 7H8M12.5 13l4 5",
  S: "M16 8.2C15.3 6.8 14 6 12 6 9.8 6 8 7.2 8 9c0 4 8.4 2 8.4 6 0 1.8-2 3-4.4 3-2.1 0-3.7-.9-4.4-2.5",
  T: "M6 6h12M12 6v12",
  U: "M7 6v7a5 5 0 0 0 10 0V6",
  V: "M6 6l6 12 6-12",
  W: "M5 6l3.5 12L12 8.5 15.5 18 19 6",
  X: "M7 6l10 12M17 6 7 18",
  Y: "M6.5 6 12 12.5 17.5 6M12 12.5V18",
  Z: "M7 6h10L7 18h10",
};

/** The strokes of the first letter of a name, or undefined if it is not one of A to Z. */
export function letterOf(name: string): string | undefined {
  const first = name.normalize("NFD").trim().charAt(0).toUpperCase();
  return STROKES[first];
}
