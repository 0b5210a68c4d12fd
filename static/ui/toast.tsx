/**
 * The latest notice, for eyes; `NoticeText` is for screen readers. It has a place of its own in the rail, in the bar,
 * and in each dialog, of which the style sheet shows the one that is in front. So it covers nothing.
 */
import { useNewNotice } from "./context";
import { Icon } from "./icons";

export function Toast() {
  const notice = useNewNotice();
  if (!notice) return null;
  return (
    <p key={notice.id} class={`toast ${notice.tone}`} aria-hidden="true">
      <Icon name={notice.tone} />
      <span>{notice.text}</span>
    </p>
  );
}
