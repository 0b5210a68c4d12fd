/** Asks for confirmation, then deletes an OAuth app or a custom provider. */
import { t } from "../text";
import { useAction, useNexus } from "./context";
import { Dialog } from "./dialog";
import { Alert, Button } from "./parts";

interface Props {
  title: string;
  lead: string;
  /** The notice after the deletion. */
  done: string;
  /** The API path to delete. */
  path: string;
  onClose(isDeleted: boolean): void;
}

export function RemoveDialog({ title, lead, done, path, onClose }: Props) {
  const nexus = useNexus();
  const { busy, problem, run } = useAction();
  const remove = () =>
    void run(async () => {
      await nexus.client.call("DELETE", path);
      nexus.announce(done);
      onClose(true);
    });
  return (
    <Dialog
      kind="question"
      title={title}
      onClose={() => onClose(false)}
      foot={
        <>
          <Button onClick={() => onClose(false)}>{t.cancel}</Button>
          <Button tone="danger" icon="trash" busy={busy} onClick={remove}>
            {t.remove.yes}
          </Button>
        </>
      }
    >
      <p>{lead}</p>
      <Alert problem={problem} />
    </Dialog>
  );
}
