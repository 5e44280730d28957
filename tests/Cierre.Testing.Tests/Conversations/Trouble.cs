using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Logging;

namespace Cierre.Testing.Tests.Conversations;

/// <summary>The application's code at every place where the library calls it, each of which may throw: callbacks, the log, listeners of metrics and of traces, contexts.</summary>
/// <param name="chance">How many calls in 100 throw.</param>
/// <param name="spared">Places that make none.</param>
internal sealed class Trouble(int seed, int chance, params string[] spared) : ILoggerProvider, ILogger, IDisposable
{
    /// <summary>The route of the endpoint: what other tests measure is left alone.</summary>
    public const string Route = "/trouble";

    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);
    private readonly Dictionary<string, int> _thrown = [];
    private readonly List<IDisposable> _listeners = [];

    /// <summary>How often each place has thrown.</summary>
    public IReadOnlyDictionary<string, int> Thrown => _thrown;

    /// <summary>Whether it still makes any.</summary>
    public bool IsOver { get; set; }

    public void At(string place)
    {
        if (IsOver || spared.Contains(place)) return;
        lock (_gate)
        {
            if (_random.Next(100) >= chance) return;
            _thrown[place] = _thrown.GetValueOrDefault(place) + 1;
        }

        throw new InvalidOperationException("trouble at " + place);
    }

    public T At<T>(string place, T otherwise)
    {
        At(place);
        return otherwise;
    }

    public void Listen()
    {
        var meter = new MeterListener { InstrumentPublished = (instrument, listener) => { if (instrument.Meter.Name == "Cierre") listener.EnableMeasurementEvents(instrument); } };
        meter.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Measured(instrument, tags));
        meter.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Measured(instrument, tags));
        meter.Start();
        var spans = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Cierre",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) => IsOurs(options.Name) ? At("Sample", ActivitySamplingResult.AllDataAndRecorded) : ActivitySamplingResult.None,
            ActivityStarted = span => { if (IsOurs(span.OperationName)) At("ActivityStarted"); },
            ActivityStopped = span => { if (IsOurs(span.OperationName)) At("ActivityStopped"); },
        };
        ActivitySource.AddActivityListener(spans);
        _listeners.AddRange([meter, spans]);
    }

    public void Dispose()
    {
        foreach (IDisposable listener in _listeners) listener.Dispose();
        _listeners.Clear();
    }

    private void Measured(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (KeyValuePair<string, object?> tag in tags)
        {
            if (Equals(tag.Value, Route)) At(instrument.Name);
        }
    }

    private static bool IsOurs(string name) => name.EndsWith(Route, StringComparison.Ordinal);

    // ---- the log ----

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => At("ILogger.IsEnabled", true);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        _ = formatter(state, exception);
        At("ILogger.Log");
    }

    // ---- what a connection is given ----

    /// <summary>A limiter of the application's whose every member may throw.</summary>
    public RateLimiter Limiter() => new Limits(this);

    /// <summary>A context that may refuse what is posted to it.</summary>
    public SynchronizationContext Context() => new Refusing(this);

    private sealed class Refusing(Trouble trouble) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
            trouble.At("SynchronizationContext.Post");
            ThreadPool.UnsafeQueueUserWorkItem(_ => d(state), null);
        }
    }

    private sealed class Limits(Trouble trouble) : RateLimiter
    {
        public override TimeSpan? IdleDuration => null;

        public override RateLimiterStatistics? GetStatistics() => null;

        protected override RateLimitLease AttemptAcquireCore(int permitCount) => trouble.At<RateLimitLease>("RateLimiter.AttemptAcquire", new Lease(trouble));

        protected override ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken) => new(AttemptAcquireCore(permitCount));

        private sealed class Lease(Trouble trouble) : RateLimitLease
        {
            public override bool IsAcquired => trouble.At("RateLimitLease.IsAcquired", true);

            public override IEnumerable<string> MetadataNames => [];

            public override bool TryGetMetadata(string metadataName, out object? metadata)
            {
                metadata = null;
                return false;
            }

            protected override void Dispose(bool disposing)
            {
                base.Dispose(disposing);
                if (disposing) trouble.At("RateLimitLease.Dispose");
            }
        }
    }
}
