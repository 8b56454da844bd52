const width = 120;
const height = 24;

/** A line of shares, the newest at the right; as high as the whole, or as the highest above it. */
export function Spark(props: { readonly values: readonly number[]; readonly label: string }) {
  const { values, label } = props;
  if (values.length < 2) return <span className="quiet">not yet</span>;
  const most = Math.max(1, ...values);
  const step = width / (values.length - 1);
  const points = values.map((value, at) => {
    const y = height - 2 - (Math.max(0, value) / most) * (height - 4);
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
