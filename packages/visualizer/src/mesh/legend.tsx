const standings = ['idle', 'working', 'helping', 'paused', 'suspected', 'dead', 'stopped'] as const;

/** What the colours of the picture mean. */
export function Legend() {
  return (
    <ul className="legend" aria-label="Colours of the picture">
      {standings.map((standing) => (
        <li key={standing} data-standing={standing}>
          <span className="dot" aria-hidden="true" />
          {standing}
        </li>
      ))}
      <li data-standing="flow">
        <span className="dash" aria-hidden="true" />
        message
      </li>
    </ul>
  );
}
