/** The icons, drawn on a grid of 20. They are decorative: there is always a text beside them. */

const PATHS = {
  plus: "M10 4v12M4 10h12",
  search: "M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12Zm4.5-1.5L17 17",
  close: "m5 5 10 10M15 5 5 15",
  good: "m6.5 10.5 2.5 2.5 5-5.5M10 18a8 8 0 1 0 0-16 8 8 0 0 0 0 16Z",
  bad: "M10 6v5M10 13.8v.2M10 18a8 8 0 1 0 0-16 8 8 0 0 0 0 16Z",
  warn: "M10 8v3.5M10 14v.2M8.7 3.3 1.9 15a1.5 1.5 0 0 0 1.3 2.2h13.6a1.5 1.5 0 0 0 1.3-2.2L11.3 3.3a1.5 1.5 0 0 0-2.6 0Z",
  unknown: "M7.8 7.6A2.3 2.3 0 1 1 10.6 10c-.4.2-.6.5-.6.9v.4M10 13.9v.2M10 18a8 8 0 1 0 0-16 8 8 0 0 0 0 16Z",
  clock: "M10 5.5V10l3 2M10 18a8 8 0 1 0 0-16 8 8 0 0 0 0 16Z",
  out: "M11 4h5v5M16 4l-7.5 7.5M14 11.5V15a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1h3.5",
  copy: "M7.5 7.5V5a1 1 0 0 1 1-1H15a1 1 0 0 1 1 1v6.5a1 1 0 0 1-1 1h-2.5M5 7.5h6.5a1 1 0 0 1 1 1V15a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V8.5a1 1 0 0 1 1-1Z",
  back: "M12 4.5 6.5 10l5.5 5.5",
  trash: "M4 6h12M8 6V4h4v2M6 6l.7 10h6.6L14 6",
  plug: "M7 3v4M13 3v4M5 7h10v3a5 5 0 0 1-10 0V7Zm5 8v3",
  menu: "M3 5.5h14M3 10h14M3 14.5h14",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  grid: "M3.5 4.5a1 1 0 0 1 1-1h3a1 1 0 0 1 1 1v3a1 1 0 0 1-1 1h-3a1 1 0 0 1-1-1v-3ZM11.5 4.5a1 1 0 0 1 1-1h3a1 1 0 0 1 1 1v3a1 1 0 0 1-1 1h-3a1 1 0 0 1-1-1v-3ZM3.5 12.5a1 1 0 0 1 1-1h3a1 1 0 0 1 1 1v3a1 1 0 0 1-1 1h-3a1 1 0 0 1-1-1v-3ZM11.5 12.5a1 1 0 0 1 1-1h3a1 1 0 0 1 1 1v3a1 1 0 0 1-1 1h-3a1 1 0 0 1-1-1v-3Z",
  key: "M11.2 8.8a4 4 0 1 0-2.3 2.3l.9.9H12v2.2h2.2v2.3h2.3v-2.4l-5.3-5.3ZM6.8 6.8h.01",
  box: "M10 2.5 3.5 6v8l6.5 3.5 6.5-3.5V6L10 2.5ZM3.8 6.2 10 9.6l6.2-3.4M10 9.6v7.7",
  log: "M5 2.5h7l3.5 3.5v11a.5.5 0 0 1-.5.5H5a.5.5 0 0 1-.5-.5V3a.5.5 0 0 1 .5-.5ZM7.5 9h5M7.5 12h5M7.5 15h3",
  power: "M10 3v6.5M6 5.3a6.3 6.3 0 1 0 8 0",
  leave: "M8 3.5H4.5a1 1 0 0 0-1 1v11a1 1 0 0 0 1 1H8M12.5 6.5 16 10l-3.5 3.5M16 10H7.5",
  open: "M4 10h11M10.5 5.5 15 10l-4.5 4.5",
  offline: "M3 3l14 14M6.3 9.7a5.5 5.5 0 0 1 2-1.2M13.7 9.7a5.5 5.5 0 0 0-1.2-.8M10 14.5v.2M3.5 7a10 10 0 0 1 3-1.9M16.5 7a10 10 0 0 0-6-2.5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
