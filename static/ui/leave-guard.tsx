/** Asks for confirmation before unsaved changes are discarded. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { t } from "../text";
import { Dialog } from "./dialog";
import { Button } from "./parts";

interface LeaveGuard {
  /** Runs `then` at once if there are no changes, or after confirmation if there are. */
  ask(then: () => void): void;
  /** The confirmation dialog. Render it inside the dialog that holds the changes. */
  readonly question: ComponentChildren;
}

export function useLeaveGuard(dirty: boolean): LeaveGuard {
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
