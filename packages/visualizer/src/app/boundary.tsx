import { Component, type ReactNode } from 'react';

interface Props {
  readonly children: ReactNode;
}

/** Whatever breaks in a page is said in its place; React knows no other way for this than a class. */
export class Boundary extends Component<Props, { readonly broken: string | null }> {
  override state = { broken: null };

  static getDerivedStateFromError(error: unknown) {
    return { broken: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    const { broken } = this.state;
    if (broken === null) return this.props.children;
    return (
      <div className="empty" role="alert">
        <p className="empty-title">This page broke</p>
        <p>{broken}</p>
        <button type="button" className="button" onClick={() => globalThis.location.reload()}>
          Load it again
        </button>
      </div>
    );
  }
}
