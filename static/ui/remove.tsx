/** Asks for confirmation, then deletes something of little consequence: an app, an agent, a key. */
import { t } from "../text/all";
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
  /** The text of the button, if not "Delete". */
  yes?: string;
  tone?: "danger" | "primary";
  onClose(isDeleted: boolean): void;
}

export function RemoveDialog({ title, lead, done, path, yes, tone = "danger", onClose }: Props) {
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
          <Button tone={tone} busy={busy} onClick={remove} {...(!yes && { icon: "trash" as const })}>
            {yes ?? t.remove.yes}
          </Button>
        </>
      }
    >
      <p>{lead}</p>
      <Alert problem={problem} />
    </Dialog>
  );
}
