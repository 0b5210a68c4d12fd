/** How long ago something was, with the time itself for a pointer and for programs. */
import { ago, moment } from "../logic/time";

interface Props {
  at: string;
  /** The current time of the page, in milliseconds. A list has one clock and not one for each of its rows. */
  now: number;
  /** Whether it is less important than what stands beside it. */
  soft?: boolean;
}

export function Ago({ at, now, soft = false }: Props) {
  return (
    <time class={soft ? "soft" : undefined} dateTime={at} title={moment(at)}>
      {ago(at, now)}
    </time>
  );
}
