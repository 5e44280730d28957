using System.Globalization;
using System.Text;
using Cierre.Tool.Diagrams;

namespace Cierre.Tool.Connect;

/// <summary>A line that is being typed, and those typed before: what each key does to it, as in a shell. It knows no terminal.</summary>
internal sealed class LineBuffer
{
    private const int MostKept = 500;

    private readonly List<string> _history = [];
    private readonly StringBuilder _text = new();
    private string _draft = "";
    private int _cursor;
    private int _shown;

    public string Text => _text.ToString();

    /// <summary>Where the next character goes, in UTF-16.</summary>
    public int Cursor => _cursor;

    /// <summary>Does what the key says.</summary>
    /// <returns>The line, where the key ended it; else null.</returns>
    public string? Press(ConsoleKeyInfo key)
    {
        bool control = key.Modifiers.HasFlag(ConsoleModifiers.Control);
        switch (key.Key)
        {
            case ConsoleKey.Enter: return Take();
            case ConsoleKey.Backspace: Remove(Before(_cursor), _cursor); break;
            case ConsoleKey.Delete or ConsoleKey.D when control || key.Key == ConsoleKey.Delete: Remove(_cursor, After(_cursor)); break;
            case ConsoleKey.LeftArrow: _cursor = Before(_cursor); break;
            case ConsoleKey.RightArrow: _cursor = After(_cursor); break;
            case ConsoleKey.Home or ConsoleKey.A when control || key.Key == ConsoleKey.Home: _cursor = 0; break;
            case ConsoleKey.End or ConsoleKey.E when control || key.Key == ConsoleKey.End: _cursor = _text.Length; break;
            case ConsoleKey.K when control: Remove(_cursor, _text.Length); break;
            case ConsoleKey.U when control: Remove(0, _cursor); break;
            case ConsoleKey.W when control: Remove(WordBefore(), _cursor); break;
            case ConsoleKey.UpArrow or ConsoleKey.P when control || key.Key == ConsoleKey.UpArrow: Show(_shown - 1); break;
            case ConsoleKey.DownArrow or ConsoleKey.N when control || key.Key == ConsoleKey.DownArrow: Show(_shown + 1); break;
            default:
                if (key.KeyChar != 0 && !char.IsControl(key.KeyChar)) _text.Insert(_cursor++, key.KeyChar);
                break;
        }

        return null;
    }

    /// <summary>The part around the cursor that fits, and the column of the cursor in it.</summary>
    public (string Shown, int Column) View(int width)
    {
        string text = Text;
        int start = 0;
        while (Columns.Of(text[start.._cursor]) >= width) start += StringInfo.GetNextTextElementLength(text, start);
        return (Columns.Cut(text[start..], width), Columns.Of(text[start.._cursor]));
    }

    private string Take()
    {
        string line = Text;
        if (line.Length != 0 && (_history is [] || _history[^1] != line)) _history.Add(line);
        if (_history.Count > MostKept) _history.RemoveAt(0);
        _text.Clear();
        (_cursor, _shown, _draft) = (0, _history.Count, "");
        return line;
    }

    /// <summary>A line of before, or behind the last of them what was being typed.</summary>
    private void Show(int index)
    {
        if (index < 0 || index > _history.Count) return;
        if (_shown == _history.Count) _draft = Text;
        _shown = index;
        _text.Clear().Append(index == _history.Count ? _draft : _history[index]);
        _cursor = _text.Length;
    }

    private void Remove(int start, int end)
    {
        _text.Remove(start, end - start);
        _cursor = start;
    }

    private int After(int index) => index == _text.Length ? index : index + StringInfo.GetNextTextElementLength(Text, index);

    private int Before(int index)
    {
        int before = 0;
        for (int next = 0; next < index; next = After(next)) before = next;
        return before;
    }

    private int WordBefore()
    {
        int index = _cursor;
        while (index > 0 && char.IsWhiteSpace(_text[index - 1])) index--;
        while (index > 0 && !char.IsWhiteSpace(_text[index - 1])) index--;
        return index;
    }
}
