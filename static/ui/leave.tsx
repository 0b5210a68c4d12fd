/** Asks before something is left that has changes which are not saved. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { t } from "../text";
import { Dialog } from "./dialog";
import { Button } from "./parts";

interface Leave {
  /** Does it at once where there is nothing to lose, else after a question. */
  ask(then: () => void): void;
  /** The question, to be put into the dialog that would be left. */
  readonly question: ComponentChildren;
}

export function useLeave(dirty: boolean): Leave {
  const [then, setThen] = useState<(() => void) | null>(null);
  const stay = () => setThen(null);
  return {
    ask: (then) => (dirty ? setThen(() => then) : then()),
    question: then && (
      <Dialog
        kind="question"
        title={t.leave.title}
        onClose={stay}
        foot={
          <>
            <Button onClick={stay}>{t.leave.stay}</Button>
            <Button
              tone="danger"
              onClick={() => {
                stay();
                then();
              }}
            >
              {t.leave.go}
            </Button>
          </>
        }
      >
        <p>{t.leave.lead}</p>
      </Dialog>
    ),
  };
}
