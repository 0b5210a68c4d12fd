/** The end of a list that is loaded page by page. */
import { t } from "../text/all";
import type { AsyncAction } from "./context";
import { Alert, Button } from "./parts";

interface Props {
  action: Pick<AsyncAction, "busy" | "problem">;
  /** Loads the next page. Null if there is none. */
  more: (() => void) | null;
}

/** The button for the next page, below the problem of the last one. */
export function More({ action, more }: Props) {
  return (
    <>
      <Alert problem={action.problem} />
      {more && (
        <div class="more">
          <Button busy={action.busy} onClick={more}>
            {t.loadMore}
          </Button>
        </div>
      )}
    </>
  );
}
