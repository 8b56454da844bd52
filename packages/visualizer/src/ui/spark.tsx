const width = 120;
const height = 24;

/** A line of values between 0 and 1, the newest at the right. */
export function Spark(props: { readonly values: readonly number[]; readonly label: string }) {
  const { values, label } = props;
  if (values.length < 2) return <span className="quiet">not yet</span>;
  const step = width / (values.length - 1);
  const points = values.map((value, at) => {
    const y = height - 2 - Math.min(1, Math.max(0, value)) * (height - 4);
    return `${(at * step).toFixed(1)},${y.toFixed(1)}`;
  });
  const last = Math.round((values.at(-1) ?? 0) * 100);
  return (
    <svg
      className="spark"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${label}: ${last} % now`}
    >
      <polyline points={points.join(' ')} />
    </svg>
  );
}
