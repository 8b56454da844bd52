import { type ReactNode, useEffect, useId, useRef } from 'react';
import { Button } from './parts.tsx';

/** The browser's own modal dialog: it holds the focus, and Escape closes it. */
export function Dialog(props: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const { title, onClose, children } = props;
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const dialog = element.current;
    if (dialog === null || dialog.open) return;
    dialog.showModal();
  }, []);
  return (
    <dialog ref={element} className="dialog" aria-labelledby={heading} onClose={onClose}>
      <div className="dialog-head">
        <h2 id={heading}>{title}</h2>
        <Button kind="quiet" label="Close" onClick={() => element.current?.close()}>
          ×
        </Button>
      </div>
      {children}
    </dialog>
  );
}
