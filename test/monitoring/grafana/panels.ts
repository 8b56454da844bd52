/** The two kinds of panels of our dashboards, by the types that Grafana itself publishes. */
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueJustifyMode,
  BigValueTextMode,
  FieldColorModeId,
  type Panel,
  PercentChangeColorMode,
  SortOrder,
  StackingMode,
  ThresholdsMode,
  TooltipDisplayMode,
  VizOrientation,
} from '@grafana/schema';
import type { Options as StatOptions } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type {
  FieldConfig as CurveFields,
  Options as CurveOptions,
} from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

/** As Grafana names them; `short` is a plain count. */
type Unit = 'short' | 's' | 'bytes' | 'percentunit' | 'reqps' | 'currencyUSD' | 'bool_yes_no';

interface Shown {
  readonly title: string;
  readonly description?: string;
  readonly unit?: Unit;
}

interface Stat extends Shown {
  readonly expr: string;
  /** From there on it is red; or, with `isLow`, below it. Absent: it is never. */
  readonly redFrom?: number;
  readonly isLow?: boolean;
}

interface Curve extends Shown {
  /** What each line is called, and its query. */
  readonly lines: Readonly<Record<string, string>>;
  readonly stacked?: boolean;
}

/** Whoever reads the dashboard says which of his Prometheus servers it is. */
export const datasource = { type: 'prometheus', uid: '${datasource}' };

function target(expr: string, refId: string, legendFormat: string) {
  return { datasource, editorMode: 'code', expr, refId, legendFormat, range: true };
}

export function stat({ title, description, unit = 'short', expr, redFrom, isLow }: Stat): Panel {
  const options: StatOptions = {
    colorMode: redFrom === undefined ? BigValueColorMode.None : BigValueColorMode.Value,
    graphMode: BigValueGraphMode.Area,
    justifyMode: BigValueJustifyMode.Auto,
    orientation: VizOrientation.Auto,
    percentChangeColorMode: PercentChangeColorMode.Standard,
    showPercentChange: false,
    textMode: BigValueTextMode.Auto,
    wideLayout: true,
    reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
  };
  const [first, then] = isLow === true ? ['red', 'green'] : ['green', 'red'];
  return {
    type: 'stat',
    title,
    ...(description === undefined ? {} : { description }),
    datasource,
    targets: [target(expr, 'A', '')],
    options: { ...options },
    fieldConfig: {
      defaults: {
        unit,
        color: { mode: FieldColorModeId.Thresholds },
        thresholds: {
          mode: ThresholdsMode.Absolute,
          steps: [
            { color: first, value: null },
            ...(redFrom === undefined ? [] : [{ color: then, value: redFrom }]),
          ],
        },
      },
      overrides: [],
    },
  };
}

export function curve({ title, description, unit = 'short', lines, stacked }: Curve): Panel {
  const options: CurveOptions = {
    legend: {
      calcs: [],
      placement: 'bottom',
      showLegend: true,
    },
    tooltip: { mode: TooltipDisplayMode.Multi, sort: SortOrder.Descending },
  };
  const custom: CurveFields = {
    lineWidth: 1,
    fillOpacity: stacked === true ? 40 : 0,
    stacking: { group: 'A', mode: stacked === true ? StackingMode.Normal : StackingMode.None },
  };
  return {
    type: 'timeseries',
    title,
    ...(description === undefined ? {} : { description }),
    datasource,
    targets: Object.entries(lines).map(([legend, expr], at) =>
      target(expr, String.fromCharCode(65 + at), legend),
    ),
    options: { ...options },
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        color: { mode: FieldColorModeId.PaletteClassicByName },
        custom: { ...custom },
      },
      overrides: [],
    },
  };
}
