namespace Cierre.Tool.Tests.Lab.Page;

/// <summary>A browser with one page, as far as the lab's page needs one: the same tests run in whatever implements it.</summary>
internal interface IPageDriver : IAsyncDisposable
{
    /// <summary>What the page wrote to the console as an error, and what it threw.</summary>
    IReadOnlyList<string> Complaints { get; }

    Task GoAsync(Uri url);

    /// <summary>Evaluates an expression in the page; the value is a string.</summary>
    Task<string> EvaluateAsync(string expression);

    /// <summary>Waits until an expression is true in the page.</summary>
    Task WaitAsync(string expression);

    /// <summary>Clicks as a user does: what is not to be seen cannot be clicked.</summary>
    Task ClickAsync(string selector);
}
