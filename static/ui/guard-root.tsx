/** Provides the outermost guard, and shows its questions. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { t } from "../text";
import { Dialog } from "./dialog";
import { GuardContext } from "./guard";
import type { Asked, Guard, Question } from "./guard";
import { Button } from "./parts";

export function GuardRoot({ guard, children }: { guard: Guard; children: ComponentChildren }) {
  const [asked, show] = useState<Asked | null>(null);
  guard.show = show;
  const stay = () => show(null);
  const go = () => {
    stay();
    asked?.then();
  };
  return (
    <GuardContext.Provider value={guard}>
      {children}
      {asked && (asked.question ?? askToLeave)({ go, stay })}
    </GuardContext.Provider>
  );
}

const askToLeave: Question = ({ go, stay }) => (
  <Dialog
    kind="question"
    title={t.leave.title}
    onClose={stay}
    foot={
      <>
        <Button onClick={stay}>{t.leave.stay}</Button>
        <Button tone="danger" onClick={go}>
          {t.leave.go}
        </Button>
      </>
    }
  >
    <p>{t.leave.lead}</p>
  </Dialog>
);
