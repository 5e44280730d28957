namespace Cierre.Client;

/// <summary>The addresses that one opening holds while it connects, each of which one opening at a time may hold. RFC 6455 4.1, step 2: no more than one
/// connection to an address may be in a CONNECTING state.</summary>
/// <remarks>
/// <para>Who waits keeps its place, whoever gives up leaves it, and an address that nobody connects to is forgotten.</para>
/// <para>One that has several addresses waits for all of them, in their order, so that two openings never wait for each other.</para>
/// </remarks>
internal sealed class AddressLock : IDisposable
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, Line> Lines = [];

    private readonly CancellationTokenSource _over = new();
    private readonly List<string> _held = [];
    private bool _isOver;

    /// <summary>How many openings connect to an address, or wait to.</summary>
    public static int CountAt(string address)
    {
        lock (Gate) return Lines.TryGetValue(address, out Line? line) ? line.Members : 0;
    }

    /// <summary>Waits until nobody else is connecting to any of these. What was held before, for an address on the way here, is given back first.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing is held.</exception>
    public async ValueTask TakeAsync(IEnumerable<string> addresses, CancellationToken cancellationToken)
    {
        string[] wanted = [.. addresses.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        lock (Gate)
        {
            if (wanted.SequenceEqual(_held)) return;
            GiveBack();
        }

        // The HTTP handler may dial on for a while when nobody wants the connection any more.
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _over.Token);
        try
        {
            foreach (string address in wanted)
            {
                Line line = Join(address);
                try
                {
                    await line.Free.WaitAsync(either.Token).ConfigureAwait(false);
                }
                catch
                {
                    Release(address);
                    throw;
                }

                Hold(address);
            }
        }
        catch
        {
            GiveBack();
            throw;
        }
    }

    /// <summary>The opening has succeeded or failed: the next one goes on.</summary>
    public void Dispose()
    {
        lock (Gate)
        {
            if (_isOver) return;
            _isOver = true;
            GiveBack();
        }

        _over.Cancel();
        _over.Dispose();
    }

    private void Hold(string address)
    {
        lock (Gate)
        {
            _held.Add(address);
            if (!_isOver) return;
            GiveBack();
        }

        throw new OperationCanceledException("The opening is over.");
    }

    private void GiveBack()
    {
        lock (Gate)
        {
            foreach (string address in _held)
            {
                Lines[address].Free.Release();
                Release(address);
            }

            _held.Clear();
        }
    }

    private static Line Join(string address)
    {
        lock (Gate)
        {
            if (!Lines.TryGetValue(address, out Line? line)) Lines.Add(address, line = new Line());
            line.Members++;
            return line;
        }
    }

    private static void Release(string address)
    {
        lock (Gate)
        {
            if (--Lines[address].Members == 0) Lines.Remove(address);
        }
    }

    /// <summary>Who connects to an address, or waits to. A semaphore whose wait handle is never asked for holds nothing.</summary>
    private sealed class Line
    {
        public SemaphoreSlim Free { get; } = new(1, 1);

        public int Members { get; set; }
    }
}
